import { assertEquals, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { defineAugmentation } from "../../datasets/mod.ts";
import type { ResolvedRun } from "../../experiments/resolved.ts";
import { combined } from "../../losses/catalogue.ts";
import { defineHead } from "../../losses/mod.ts";
import { type Registries, withPlugins } from "../../registry/registries.ts";
import { defineSchedule } from "../../training/mod.ts";
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

/** A schedule that reads a parameter after its first steps, and one never. */
const patient = defineSchedule({
  name: "patient",
  version: "1.0.0",
  summary: "A drop",
  reference: "https://example.org",
  params: z.strictObject({
    lr: z.number(),
    after: z.number().default(5),
    lower: z.number(),
    never: z.number().default(0),
  }),
  create: (params) => (step) => step < params.after ? params.lr : params.lower,
});

const tables: Registries = withPlugins(registries, [trap, lazy, patient] as never, "test");

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

testOnBackends(
  "a parameter that no code of a head read fails the run after its first steps, and is named",
  async () => {
    const written = { m1: 1, m2: 0.25, m3: 0.2, s: 16 }, head = own(trap, written);
    for (const [receipt, by] of [[0, 1], [2, 2], [4, 4]] as const) {
      const { record, events } = await execute(smallRun({ head, steps: 50 }), {
        tables,
        logEvery: 1,
        output: { receipt },
      });
      assertEquals([record!.status, record!.metrics], ["failed", []]);
      assertStringIncludes(
        record!.error!,
        `Cannot accept the run: head.m2 = 0.25 was read by no code of head "trap" by step ${by}; leave`,
      );
      assertEquals(events.filter(({ type }) => type === "step").length, by - 1);
    }
    const auxiliary = [{ ...head, weight: 0.5 }];
    const { record: beside } = await execute(smallRun({ auxiliary, steps: 50 }), { tables });
    assertStringIncludes(beside!.error!, 'auxiliary.0.m2 = 0.25 was read by no code of head "trap" by step 2; leave');
    // The head that uses them is fine, whatever they are.
    const { record: fine } = await execute(
      smallRun({ head: own(combined, { m1: 1, m2: 0.25, m3: 0.2, s: 16 }), steps: 3 }),
    );
    assertEquals([fine!.status, fine!.diagnostics.unread], ["completed", undefined]);
  },
  ["wasm"],
);

testOnBackends(
  "what a schedule reads late is known after the first steps, as it is a function of the step",
  async () => {
    const run = (written: Record<string, unknown>) =>
      execute(smallRun({ schedule: own(patient, { lr: 0.1, ...written }), steps: 8, evaluate: [] }), { tables });
    assertEquals((await run({ lower: 0.01 })).record!.diagnostics.unread, ["schedule.never"]);
    const { error } = (await run({ lower: 0.01, never: 3 })).record!;
    assertStringIncludes(error!, 'schedule.never = 3 was read by no code of schedule "patient" by step 2; leave');
    assertStringIncludes(
      (await run({ after: 9, lower: 0.01 })).record!.error!,
      "schedule.lower = 0.01 was read by no code",
    );
  },
  ["wasm"],
);

testOnBackends(
  "what an augmentation does not read fails the run at its end, also from its last checkpoint",
  async () => {
    const { record, root } = await execute(augmented({ never: 8 }), { tables });
    assertEquals(record!.cost!.steps, 3);
    assertStringIncludes(record!.error!, 'train.augment.1.never = 8 was read by no code of augmentation "lazy"; leave');
    const again = await execute(augmented({ never: 8 }), { tables, root });
    assertEquals(again.record!.error, record!.error);
  },
  ["wasm"],
);

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
