import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { createHash } from "node:crypto";
import { MissingDataError } from "../../datasets/files.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { type Environment, recordSchema, type RunRecord } from "../../experiments/record.ts";
import type { PlannedRun, ResolvedRun, Section } from "../../experiments/resolved.ts";
import { executeRun, type RunEvent } from "../../experiments/run.ts";
import { openStore } from "../../experiments/store.ts";
import type { ImageSet } from "../../datasets/mod.ts";
import { builtins } from "../../registry/builtins.ts";
import { type Kind, nameKey, type Registries, tableOfKind } from "../../registry/registries.ts";
import { useBackend } from "../../tensor/backend.ts";
import { decodeSafeTensors, encodeSafeTensors } from "../../training/safetensors.ts";
import type { Products } from "../../tensor/kernels/wasm/products.ts";
import { tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";

const registries = builtins();
const environment: Environment = {
  deno: "2",
  v8: "1",
  typescript: "6",
  tfjs: "4",
  marginlab: "0",
  os: "linux",
  arch: "x86_64",
  cpu: "test",
  git: null,
};

/** Fills a section's defaults as the manifest does. */
function section(kind: Kind, written: Record<string, unknown>): Section {
  const key = nameKey(kind), { [key]: name, ...params } = written;
  return { [key]: name, ...tableOfKind(registries, kind).get(String(name)).params.parse(params) };
}

/** A run of a few seconds on synthetic faces. */
function smallRun(changes: Partial<ResolvedRun> & { steps?: number } = {}): ResolvedRun {
  const { steps = 8, ...rest } = changes;
  const faces = { size: [16, 16], channels: 1 };
  return {
    backend: "wasm",
    seed: 0,
    data: { train: section("reader", { reader: "synthetic-faces", identities: 6, perIdentity: 8, ...faces }) },
    backbone: section("backbone", { name: "convnet", blocks: 2, width: 8, embedding: 16, dropout: 0.2 }),
    weights: null,
    head: section("head", { name: "arcface", m: 0.3, s: 16 }),
    auxiliary: [],
    optimizer: section("optimizer", { name: "sgd" }),
    schedule: section("schedule", { name: "step", lr: 0.05 }),
    train: {
      steps,
      batchSize: 12,
      accumulate: 1,
      checkpointing: false,
      precision: "f32",
      clip: null,
      ema: 0,
      augment: [section("augmentation", { name: "flip" }), section("augmentation", { name: "shift", pixels: 1 })],
      sampler: section("sampler", { name: "shuffle" }),
    },
    evaluate: [{
      name: "unseen",
      protocol: section("protocol", { protocol: "verification", flip: true }),
      data: section("reader", {
        reader: "sampled-pairs",
        from: section("reader", {
          reader: "synthetic-faces",
          identities: 20,
          perIdentity: 4,
          firstIdentity: 6,
          ...faces,
        }),
        perFold: 12,
      }),
    }],
    ...rest,
  };
}

/** Runs in a store of its own; gives the events and the run's folder. */
async function execute(
  run: ResolvedRun,
  options: {
    root?: string;
    stopAt?: number;
    data?: string;
    checkpointEvery?: number;
    logEvery?: number;
    keepWeights?: boolean;
    tables?: Registries;
    products?: Products;
  } = {},
) {
  const root = options.root ?? await Deno.makeTempDir();
  const id = "0123456789ab", stop = new AbortController();
  const planned: PlannedRun = { id, row: "ArcFace", seed: run.seed, run, identity: { run }, missing: [] };
  const folder = await openStore(root).folder("test", id);
  const events: RunEvent[] = [];
  const generator = executeRun({
    planned,
    registries: options.tables ?? registries,
    plugins: [],
    files: diskFiles(options.data ?? root),
    output: {
      logEvery: options.logEvery ?? 1,
      checkpointEvery: options.checkpointEvery ?? 0,
      weights: options.keepWeights ?? true,
    },
    store: folder,
    environment,
    experiment: "test",
    stop: stop.signal,
    ...options.products ? { products: options.products } : {},
  });
  for await (const event of generator) {
    events.push(event);
    if (event.type === "step" && event.step === options.stopAt) stop.abort();
  }
  const last = events.at(-1)!;
  return { root, folder, events, record: last.type === "end" ? last.record : undefined };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Steps that an interrupted run had done. */
function resumedAt([first]: readonly RunEvent[]): number | undefined {
  return first?.type === "start" ? first.resumedAt : undefined;
}

/** What two runs of one identity must share. */
function outcome({ metrics, diagnostics }: RunRecord) {
  return { metrics, diagnostics };
}

testOnBackends("executeRun() gives identical metrics and weights for one manifest and seed", async () => {
  const first = await execute(smallRun()), second = await execute(smallRun());
  assertEquals(first.record!.status, "completed");
  assertEquals(outcome(first.record!), outcome(second.record!));
  assertEquals(await first.folder.readScores("unseen"), await second.folder.readScores("unseen"));
  const other = await execute(smallRun({ seed: 1 }));
  assert(other.record!.diagnostics.weightsSha256 !== first.record!.diagnostics.weightsSha256);
}, ["wasm"]);

testOnBackends("executeRun() writes a record that its schema accepts, a history and scores", async () => {
  const { folder, record, events } = await execute(smallRun(), { logEvery: 2 });
  assertEquals(await folder.readRecord(), recordSchema.parse(record));
  assertEquals((await folder.readHistory()).map(({ step }) => step), [2, 4, 6, 8]);
  assertEquals((await folder.readScores("unseen"))!.length, 120);
  assertEquals(record!.data.map(({ role, classes, pairs }) => [role, classes, pairs ?? null]), [
    ["train", 6, null],
    ["unseen", 20, 120],
  ]);
  assertEquals(record!.cost!.steps, 8);
  assertEquals(await folder.readCheckpoint(), undefined);
  assertEquals(events.map(({ type }) => type).filter((type) => type !== "evaluate"), [
    "start",
    ...Array(4).fill("step"),
    "end",
  ]);
}, ["wasm"]);

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

testOnBackends("executeRun() records histograms for heads with angles, a curve for heads with a margin", async () => {
  const diagnosed = async (name: string) => {
    const { record } = await execute(smallRun({ head: section("head", { name }), steps: 3 }));
    return ["targetAngles" in record!.diagnostics, "targetLogit" in record!.diagnostics];
  };
  assertEquals(await diagnosed("arcface"), [true, true]);
  assertEquals(await diagnosed("softmax"), [true, false]);
  assertEquals(await diagnosed("triplet"), [false, false]);
}, ["wasm"]);

testOnBackends("executeRun() measures class weights on the training data, and lists images by name", async () => {
  const run = smallRun({ steps: 60 }), data = run.data.train;
  const { record, folder } = await execute({
    ...run,
    evaluate: [
      { name: "train", protocol: section("protocol", { protocol: "angles", weights: true }), data },
      { name: "clean", protocol: section("protocol", { protocol: "dominant-centre", angle: 60 }), data },
    ],
  });
  assertEquals(record!.error, null);
  const value = (name: string) => record!.metrics.find((metric) => metric.name === name)!;
  assertEquals(["intra", "inter", "w-ec", "w-inter"].map((name) => value(name).n), [48, 6, 6, 6]);
  // Training turns a class weight towards its own class; directions drawn at random are at 90 degrees.
  assert(value("w-ec").value! < 75, `${value("w-ec").value}`);
  assertEquals([value("kept").n, value("dominant").value], [48, 1]);
  const list = async (name: string) =>
    (await Deno.readTextFile(`${folder.path}/lists/clean.${name}.txt`)).split("\n").filter((line) => line !== "");
  const kept = await list("kept"), dropped = await list("dropped");
  assertEquals(kept.length, value("kept").value! * 48);
  const set = await registries.reader.get("synthetic-faces").open(data, {
    files: diskFiles("."),
    open: () => Promise.reject(),
  });
  const names = Array.from({ length: 48 }, (_, i) => (set as ImageSet).name(i));
  assertEquals([...kept, ...dropped].sort(), names.sort());
}, ["wasm"]);

testOnBackends("executeRun() knows the centres of a head that has several a class", async () => {
  const run = smallRun({ steps: 60, head: section("head", { name: "subcenter-arcface", k: 2, m: 0.3, s: 16 }) });
  const data = run.data.train, protocol = section("protocol", { protocol: "dominant-centre", angle: 60 });
  const angles = section("protocol", { protocol: "angles", weights: true });
  const evaluate = [{ name: "train", protocol: angles, data }, { name: "clean", protocol, data }];
  const { record } = await execute({ ...run, evaluate });
  assertEquals([record!.error, record!.diagnostics.targetAngles!.length], [null, 3]);
  const value = (name: string) => record!.metrics.find((metric) => metric.name === name)!;
  assert(value("dominant").value! >= 0.5, "most images are at one of two centres");
  assert(value("w-ec").value! < 75, `${value("w-ec").value}`);
}, ["wasm"]);

testOnBackends("executeRun() fails where class weights are wanted and the head has none", async () => {
  const run = smallRun({ head: section("head", { name: "triplet" }), steps: 3 });
  const protocol = section("protocol", { protocol: "angles", weights: true });
  const { record } = await execute({ ...run, evaluate: [{ name: "train", protocol, data: run.data.train }] });
  assertEquals(record!.status, "failed");
  assertStringIncludes(record!.error!, "Cannot measure class weights: the main head has none");
}, ["wasm"]);

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
    const { record } = await execute(smallRun(), { root: cut.root, ...other });
    assertEquals(record!.status, "failed");
    assertStringIncludes(record!.error!, "its checkpoint was made on wasm (Loops 1.0, 2 threads)");
    assertEquals(record!.backend!.blas, other.products?.name ?? null);
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

testOnBackends("createModel() frees what it made where a later part cannot be made", async () => {
  const before = tf.memory().numTensors;
  const run = smallRun({
    head: section("head", { name: "subcenter-arcface" }),
    auxiliary: [{ weight: 1, ...section("head", { name: "intra" }) }],
  });
  const { record } = await execute(run);
  assertStringIncludes(record!.error!, 'Cannot add loss "intra"');
  assertEquals(tf.memory().numTensors, before);
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

testOnBackends("executeRun() records whatever a plugin throws", async () => {
  for (const [thrown, wanted] of [["a text", "a text"], [new Error(""), "Error"], [undefined, "undefined"]]) {
    const bad = {
      ...registries.head.get("softmax"),
      name: "bad",
      create() {
        throw thrown;
      },
    };
    const tables = { ...registries, head: registries.head.with([bad as never], "test") };
    const { record } = await execute({ ...smallRun(), head: { name: "bad" } }, { tables });
    assertEquals([record!.status, record!.error], ["failed", wanted]);
  }
}, ["wasm"]);

testOnBackends("executeRun() refuses to evaluate images of another shape or normalisation", async () => {
  const other = section("reader", { reader: "synthetic-faces", identities: 6, size: [18, 18], channels: 1 });
  const { record } = await execute(smallRun({ data: { train: other } }));
  assertEquals(record!.status, "failed");
  assertStringIncludes(record!.error!, 'Cannot evaluate "unseen": its images are 16 × 16 × 1');
}, ["wasm"]);

testOnBackends("executeRun() records a diverged run with its step and first bad tensor", async () => {
  const { record } = await execute(
    smallRun({
      schedule: section("schedule", { name: "step", lr: 100, milestones: [] }),
      steps: 40,
      head: section("head", { name: "softmax" }),
      optimizer: section("optimizer", { name: "sgd", weightDecay: 1 }),
    }),
  );
  assertEquals(record!.status, "diverged");
  assert(record!.diagnostics.divergedAtStep! > 1);
  assertStringIncludes(record!.error!, `diverged at step ${record!.diagnostics.divergedAtStep}`);
  assertStringIncludes(record!.error!, record!.diagnostics.firstBadTensor!);
  assertEquals(record!.metrics, []);
}, ["wasm"]);

testOnBackends("executeRun() records damaged data as a failed run, and refuses missing data", async () => {
  const root = await Deno.makeTempDir();
  for (const name of ["a", "b"]) {
    await Deno.mkdir(`${root}/set/${name}`, { recursive: true });
    await Deno.writeTextFile(`${root}/set/${name}/1.png`, "no image");
  }
  const train = (path: string) => ({
    train: section("reader", { reader: "image-folder", path, size: [16, 16], channels: 1 }),
  });
  const { record } = await execute(smallRun({ data: train("set") }), { root });
  assertEquals(record!.status, "failed");
  assertStringIncludes(record!.error!, "1.png");
  await assertRejects(() => execute(smallRun({ data: train("absent") }), { root }), MissingDataError, "absent");
}, ["wasm"]);

testOnBackends(
  "executeRun() keeps weights, and starts from them, telling what it leaves",
  async () => {
    const first = await execute(smallRun());
    const bytes = (await first.folder.readWeights())!, { tensors, metadata } = decodeSafeTensors(bytes);
    assertEquals([metadata["format"], metadata["run"]], ["marginlab-weights/1", "0123456789ab"]);
    const weights = `${first.folder.path}/weights.safetensors`;
    // Without a step the figures are those of the run that trained the weights.
    const again = await execute(smallRun({ steps: 0, seed: 7, weights }), { keepWeights: false });
    assertEquals(again.record!.status, "completed", again.record!.error!);
    assertEquals(again.record!.metrics, first.record!.metrics);
    const taken = { digest: sha256(bytes), tensors: tensors.length - 1, unused: ["head/weight"] };
    assertEquals(again.record!.weights, taken);
    const [start] = again.events;
    assertEquals(start?.type === "start" && start.weights, taken);
    assertEquals([first.record!.weights, await again.folder.readWeights()], [null, undefined]);
  },
  ["wasm"],
);

testOnBackends("executeRun() records weights that do not fit as a failed run, and refuses absent ones", async () => {
  const root = await Deno.makeTempDir(), weights = "r50.safetensors";
  await assertRejects(() => execute(smallRun({ weights }), { root }), MissingDataError, weights);
  await Deno.writeFile(`${root}/${weights}`, encodeSafeTensors({ tensors: [], metadata: {} }));
  const { record } = await execute(smallRun({ weights }), { root });
  assertEquals([record!.status, record!.weights], ["failed", null]);
  assertStringIncludes(record!.error!, `${root}/${weights}: tensor "block1.conv.weight" is missing`);
}, ["wasm"]);

testOnBackends("executeRun() on WebGPU follows the losses of WASM", async () => {
  const wasm = await execute(smallRun());
  const webgpu = await execute(smallRun({ backend: "webgpu" }));
  const losses = ({ events }: typeof wasm) => events.flatMap((event) => event.type === "step" ? [event.loss] : []);
  losses(wasm).forEach((loss, i) => assert(Math.abs(losses(webgpu)[i]! / loss - 1) < 1e-3, `step ${i + 1}`));
  assertEquals(webgpu.record!.backend!.name, "webgpu");
  await useBackend("wasm");
}, ["webgpu"]);
