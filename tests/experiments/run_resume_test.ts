import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { useBackend } from "../../tensor/backend.ts";
import type { Products } from "../../tensor/kernels/wasm/products.ts";
import { testOnBackends } from "../backends.ts";
import { execute, outcome, resumedAt, section, smallRun } from "./run_helpers.ts";

testOnBackends("executeRun() goes on from its checkpoint and ends with the bytes of an uninterrupted run", async () => {
  const whole = await execute(smallRun());
  const cut = await execute(smallRun(), { stopAt: 3 });
  assertEquals(cut.events.at(-1), { type: "interrupted", step: 3 });
  assertEquals(cut.record, undefined);
  const resumed = await execute(smallRun(), { root: cut.root });
  assertEquals(resumedAt(resumed.events), 3);
  assertEquals(outcome(resumed.record!), outcome(whole.record!));
  const losses = async (folder: typeof whole.folder) =>
    (await folder.readHistory()).map(({ step, loss }) => [step, loss]);
  assertEquals(await losses(resumed.folder), await losses(whole.folder));
  assert(resumed.record!.cost!.trainSeconds > 0);
}, ["wasm"]);

testOnBackends(
  "executeRun() records histograms of the target angle, the same after an interruption in a window",
  async () => {
    const whole = await execute(smallRun(), { logEvery: 3 });
    const windows = whole.record!.diagnostics.targetAngles!;
    assertEquals(windows.map(({ window, from, to, samples }) => [window, from, to, samples]), [
      ["start", 1, 2, 24],
      ["middle", 4, 5, 24],
      ["end", 7, 8, 24],
    ]);
    // The mean of the bins is that of the head's own statistic, up to their width.
    const every = await execute(smallRun());
    const told = every.events.flatMap((event) => event.type === "step" ? [event.statistics["targetAngle"]!] : []);
    for (const { from, to, bins } of windows) {
      const mean = bins.reduce((sum, n, i) => sum + n * (i + 0.5), 0) / 24;
      assertAlmostEquals(mean, (told[from - 1]! + told[to - 1]!) / 2 * 180 / Math.PI, 0.5);
    }
    assertEquals(outcome(every.record!), outcome(whole.record!));
    assertEquals(windows[2]!.pastBoundary, 0);
    const { degrees, values } = whole.record!.diagnostics.targetLogit!;
    assertAlmostEquals(values[degrees.indexOf(60)]!, Math.cos(Math.PI / 3 + 0.3), 1e-9);
    assertEquals((await whole.folder.readHistory()).map(({ step }) => step), [3, 6, 8]);

    // Step 4 is the first of its window, between two lines; its checkpoint must not forget it.
    const cut = await execute(smallRun(), { logEvery: 3, checkpointEvery: 4, stopAt: 4 });
    assertEquals(cut.events.at(-1), { type: "interrupted", step: 4 });
    const resumed = await execute(smallRun(), { root: cut.root, logEvery: 3 });
    assertEquals(resumedAt(resumed.events), 4);
    assertEquals(outcome(resumed.record!), outcome(whole.record!));
    assert(resumed.events.every((event) => !("targetAngles" in event)), "events stay small");
  },
  ["wasm"],
);

testOnBackends("executeRun() names the library, and does not go on with another one", async () => {
  // The products are plain loops; only the name matters here.
  const products = (name: string): Products => ({
    name,
    multiply({ m, n, k, a, b, c, transposeA = false, transposeB = false, beta = 0 }) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) {
            sum += a[transposeA ? l * m + i : i * k + l]! * b[transposeB ? j * k + l : l * n + j]!;
          }
          c[i * n + j] = sum + beta * (beta === 0 ? 0 : c[i * n + j]!);
        }
      }
    },
  });
  const cut = await execute(smallRun(), { stopAt: 3, products: products("Loops 1.0, 2 threads") });
  for (const other of [{}, { products: products("Loops 1.0, 1 threads") }]) {
    const { events, folder } = await execute(smallRun(), { root: cut.root, ...other }), last = events.at(-1)!;
    // It is no failure of the run: nothing is recorded.
    assert(last.type === "refused", last.type);
    assertStringIncludes(last.error, "its checkpoint was made on wasm (Loops 1.0, 2 threads)");
    assertEquals(await folder.readRecord(), undefined);
  }
  const { record } = await execute(smallRun(), { root: cut.root, products: products("Loops 1.0, 2 threads") });
  assertEquals([record!.status, record!.backend!.blas], ["completed", "Loops 1.0, 2 threads"]);
  await useBackend("wasm");
}, ["wasm"]);

testOnBackends("executeRun() goes on from a periodic checkpoint after a crash", async () => {
  const whole = await execute(smallRun());
  const broken = await execute(smallRun(), { stopAt: 7, checkpointEvery: 5 });
  // As after a crash: only the periodic checkpoint is left, and the history is ahead of it.
  await Deno.remove(`${broken.folder.path}/checkpoint/current`);
  const resumed = await execute(smallRun(), { root: broken.root });
  assertEquals(resumedAt(resumed.events), 5);
  assertEquals(outcome(resumed.record!), outcome(whole.record!));
}, ["wasm"]);

testOnBackends(
  "executeRun() resumes a run with an auxiliary loss, whose weights share names with the head's",
  async () => {
    const run = () => smallRun({ auxiliary: [{ ...section("head", { name: "softmax" }), weight: 0.5 }] });
    const whole = await execute(run());
    const cut = await execute(run(), { stopAt: 5 });
    const resumed = await execute(run(), { root: cut.root });
    assertEquals(resumedAt(resumed.events), 5);
    assertEquals(outcome(resumed.record!), outcome(whole.record!));
  },
  ["wasm"],
);

testOnBackends("executeRun() evaluates averaged weights, and resumes them to the same bytes", async () => {
  const plain = smallRun();
  const run = () => smallRun({ train: { ...plain.train, ema: 0.5, clip: { norm: 1, of: "backbone" } } });
  const whole = await execute(run()), raw = await execute(smallRun());
  assertNotEquals(whole.record!.diagnostics.weightsSha256, raw.record!.diagnostics.weightsSha256);
  // Within training, between training and evaluation, and from the last periodic checkpoint.
  for (const [stopAt, checkpointEvery] of [[3, 0], [8, 0], [7, 5]] as const) {
    const cut = await execute(run(), { stopAt, checkpointEvery });
    if (checkpointEvery > 0) await Deno.remove(`${cut.folder.path}/checkpoint/current`);
    const resumed = await execute(run(), { root: cut.root });
    assertEquals(resumedAt(resumed.events), checkpointEvery || stopAt);
    assertEquals(outcome(resumed.record!), outcome(whole.record!));
  }
  const history = await whole.folder.readHistory();
  assert(history.every(({ clipFactor }) => (clipFactor as number) <= 1));
}, ["wasm"]);

/** Heads with a running state, with draws, or with losses beside them. */
const stateful:
  readonly (readonly [name: string, head: Record<string, unknown>, auxiliary?: Record<string, unknown>])[] = [
    ["adaface", { name: "adaface", s: 16, tAlpha: 0.5 }],
    ["curricularface", { name: "curricularface", s: 16, alpha: 0.5 }],
    ["adacos", { name: "adacos" }],
    ["elasticface-arc", { name: "elasticface-arc", s: 16, sigma: 0.2, plus: true }],
    ["sphereface", { name: "sphereface" }],
    ["uniface", { name: "uniface", s: 16, sampleRate: 0.8 }],
    ["dynamic-margin", { name: "dynamic-margin", s: 16 }],
    ["norm-softmax beside center", { name: "norm-softmax", s: 16 }, { name: "center", weight: 0.1 }],
    ["norm-softmax beside intra", { name: "norm-softmax", s: 16 }, { name: "intra", weight: 1 }],
    ["arcface beside triplet", { name: "arcface", s: 16 }, { name: "triplet", weight: 1 }],
  ];

for (const [name, head, auxiliary] of stateful) {
  testOnBackends(`executeRun() resumes ${name} to the bytes of an uninterrupted run, in parts too`, async () => {
    const plain = smallRun(), sampler = section("sampler", { name: "identity", images: 2 });
    for (const accumulate of [1, 2]) {
      const { weight, ...beside } = auxiliary ?? {};
      const run = smallRun({
        head: section("head", head),
        auxiliary: auxiliary ? [{ weight, ...section("head", beside) }] : [],
        train: { ...plain.train, steps: 5, accumulate, sampler },
        evaluate: [],
      });
      const whole = await execute(run), cut = await execute(run, { stopAt: 3 });
      const resumed = await execute(run, { root: cut.root });
      assertEquals([whole.record!.status, resumedAt(resumed.events)], ["completed", 3]);
      assertEquals(outcome(resumed.record!), outcome(whole.record!));
    }
  }, ["wasm"]);
}

testOnBackends("executeRun() evaluates the average in place of the weights", async () => {
  // An average that keeps all but a millionth is the initial network, as without any step.
  const { train } = smallRun();
  const still = await execute(smallRun({ train: { ...train, steps: 0 } }));
  const average = await execute(smallRun({ train: { ...train, ema: 0.999_999 } }));
  const trained = await execute(smallRun());
  const scores = async ({ folder }: typeof still) => [...(await folder.readScores("unseen"))!];
  const [a, b, c] = [await scores(still), await scores(average), await scores(trained)];
  const distance = (x: number[], y: number[]) => Math.max(...x.map((value, i) => Math.abs(value - y[i]!)));
  assert(distance(a, b) < 1e-3 && distance(a, c) > 1e-2, `${distance(a, b)} ${distance(a, c)}`);
}, ["wasm"]);

testOnBackends("executeRun() goes on from the checkpoint before where the newest is damaged", async () => {
  const whole = await execute(smallRun());
  const cut = await execute(smallRun(), { stopAt: 7, checkpointEvery: 5 });
  await Deno.writeFile(`${cut.folder.path}/checkpoint/current`, new Uint8Array(20));
  const resumed = await execute(smallRun(), { root: cut.root });
  assertEquals(resumedAt(resumed.events), 5);
  assertEquals(outcome(resumed.record!), outcome(whole.record!));
}, ["wasm"]);

testOnBackends("executeRun() interrupted in its evaluation does not train again", async () => {
  const whole = await execute(smallRun());
  const cut = await execute(smallRun(), { stopAt: 8 });
  assertEquals(cut.events.at(-1), { type: "interrupted", step: 8 });
  const resumed = await execute(smallRun(), { root: cut.root });
  assertEquals(resumed.events.filter(({ type }) => type === "step"), []);
  assertEquals(outcome(resumed.record!), outcome(whole.record!));
}, ["wasm"]);
