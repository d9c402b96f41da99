import { assertEquals, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { defineAugmentation } from "../../datasets/mod.ts";
import type { ResolvedRun } from "../../experiments/resolved.ts";
import { combined } from "../../losses/catalogue.ts";
import { defineHead } from "../../losses/mod.ts";
import { type Registries, withPlugins } from "../../registry/registries.ts";
import { testOnBackends } from "../backends.ts";
import { execute, outcome, registries, section, smallRun } from "./run_helpers.ts";

/** The trap: a combined head that takes m1 and m2, and trains with m3 alone. */
const trap = defineHead({
  ...combined,
  name: "trap",
  create: ({ m3, s }, context) => combined.create(combined.params.parse({ m1: 1, m2: 0, m3, s }), context),
});

/** An augmentation that reads a parameter when it is applied, and one never. */
const lazy = defineAugmentation({
  name: "lazy",
  version: "1.0.0",
  summary: "Nothing",
  reference: "https://example.org",
  params: z.strictObject({
    late: z.number().default(1),
    never: z.number().default(7),
    nested: z.strictObject({ read: z.number().default(1), not: z.number().default(2) }).default({ read: 1, not: 2 }),
  }),
  create: (params) => (pixels) => {
    if (params.late + params.nested.read < 0) throw new RangeError("Cannot be");
    return pixels;
  },
});

const tables: Registries = withPlugins(registries, [trap, lazy] as never, "test");

/** A section as the manifest would resolve it, for plugins of the test. */
function own(plugin: { name: string; params: z.ZodType }, written: Record<string, unknown>) {
  return { name: plugin.name, ...plugin.params.parse(written) as Record<string, unknown> };
}

function augmented(written: Record<string, unknown>, steps = 3): ResolvedRun {
  const { train, ...rest } = smallRun({ evaluate: [] });
  return {
    ...rest,
    train: { ...train, steps, augment: [section("augmentation", { name: "flip" }), own(lazy, written)] },
  };
}

testOnBackends("a parameter that no code read fails the run, and its error names it", async () => {
  const head = own(trap, { m1: 1, m2: 0.25, m3: 0.2, s: 16 });
  const { record, root } = await execute(smallRun({ head, steps: 3 }), { tables });
  assertEquals([record!.status, record!.metrics], ["failed", []]);
  assertStringIncludes(
    record!.error!,
    'Cannot accept the run: head.m2 = 0.25 was read by no code of head "trap"; leave',
  );
  // The same from the checkpoint of its last step.
  const again = await execute(smallRun({ head, steps: 3 }), { tables, root });
  assertEquals([again.record!.error, again.events.some(({ type }) => type === "step")], [record!.error, false]);
  // The head that uses them is fine, whatever they are.
  const { record: fine } = await execute(
    smallRun({ head: own(combined, { m1: 1, m2: 0.25, m3: 0.2, s: 16 }), steps: 3 }),
  );
  assertEquals([fine!.status, fine!.diagnostics.unread], ["completed", undefined]);
}, ["wasm"]);

testOnBackends("a parameter at its default that no code read is told by its path", async () => {
  const whole = await execute(augmented({}), { tables });
  assertEquals(whole.record!.status, "completed");
  assertEquals(whole.record!.diagnostics.unread, ["train.augment.1.never", "train.augment.1.nested.not"]);
  const cut = await execute(augmented({}), { tables, stopAt: 2 });
  const resumed = await execute(augmented({}), { tables, root: cut.root });
  assertEquals(outcome(resumed.record!), outcome(whole.record!));
  const { record } = await execute(augmented({ never: 8, nested: { not: 3 } }), { tables });
  assertStringIncludes(record!.error!, "train.augment.1.never = 8 was read by no code");
  assertStringIncludes(record!.error!, "train.augment.1.nested.not = 3 was read by no code");
}, ["wasm"]);

testOnBackends("a run that trains no step is not told of what only training reads", async () => {
  const { record } = await execute(augmented({ late: 2, never: 3 }, 0), { tables });
  assertEquals([record!.status, record!.diagnostics.unread], ["completed", undefined]);
}, ["wasm"]);

// Every built-in that trains must read all of its parameters, or runs of it would fail.
testOnBackends("every built-in head, augmentation, sampler and schedule reads its parameters", async () => {
  const plain = smallRun({ steps: 1, evaluate: [] });
  const train = { ...plain.data.train, channels: 3 };
  const sampler = section("sampler", { name: "identity", images: 2 });
  const told: Record<string, unknown> = {};
  const run = async (what: string, changes: Partial<ResolvedRun>) => {
    const { record } = await execute({ ...plain, data: { train }, ...changes }, {
      output: { receipt: 0 },
      keepWeights: false,
    });
    const { status, error, diagnostics: { unread } } = record!;
    if (status !== "completed" || unread) told[what] = error ?? unread;
  };
  for (const name of registries.head.names()) {
    await run(`head ${name}`, { head: section("head", { name }), train: { ...plain.train, sampler } });
  }
  for (const name of registries.augmentation.names()) {
    await run(`augmentation ${name}`, { train: { ...plain.train, augment: [section("augmentation", { name })] } });
  }
  for (const name of registries.sampler.names()) {
    await run(`sampler ${name}`, { train: { ...plain.train, sampler: section("sampler", { name }) } });
  }
  for (const name of registries.schedule.names()) {
    await run(`schedule ${name}`, { schedule: section("schedule", { name, lr: 0.05 }) });
  }
  assertEquals(told, {});
}, ["wasm"]);

testOnBackends(
  "every built-in protocol of pairs and images, and a network of each kind, reads its parameters",
  async () => {
    const [{ data: pairs }] = smallRun().evaluate as [ResolvedRun["evaluate"][number]];
    const faces = smallRun().data.train, told: Record<string, unknown> = {};
    const gallery = section("reader", { reader: "sampled-gallery", from: faces, ways: 4, unknown: 0.25, searches: 2 });
    const evaluate = registries.protocol.names().flatMap((protocol) => {
      const { wants, params } = registries.protocol.get(protocol);
      const data = protocol === "identification"
        ? gallery
        : wants === "pairs"
        ? pairs
        : wants === "images"
        ? faces
        : undefined;
      return data && params.safeParse({}).success
        ? [{ name: protocol, protocol: section("protocol", { protocol }), data }]
        : [];
    });
    assertEquals(evaluate.length >= 8, true);
    for (const [i, name] of ["convnet", "pixels", "mobilefacenet"].entries()) {
      const run = smallRun({
        steps: name === "pixels" ? 0 : 1,
        backbone: section("backbone", { name }),
        evaluate: i === 0 ? evaluate.filter(({ data }) => data !== gallery) : [],
      });
      const { record } = await execute(run, { output: { receipt: 0 }, keepWeights: false });
      const { status, error, diagnostics: { unread } } = record!;
      if (status !== "completed" || unread) told[name] = error ?? unread;
    }
    assertEquals(told, {});
  },
  ["wasm"],
);
