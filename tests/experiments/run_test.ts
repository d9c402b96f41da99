import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MissingDataError } from "../../datasets/files.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { recordSchema } from "../../experiments/record.ts";
import type { ImageSet, ReaderPlugin } from "../../datasets/mod.ts";
import { withPlugins } from "../../registry/registries.ts";
import { useBackend } from "../../tensor/backend.ts";
import { decodeSafeTensors, encodeSafeTensors } from "../../training/safetensors.ts";
import { tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";
import { execute, outcome, registries, section, sha256, smallRun } from "./run_helpers.ts";

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

testOnBackends("executeRun() refuses a set with stored embeddings before it trains", async () => {
  const stored = { count: 24, dimension: 4, mirrored: true, async *chunks() {} };
  const faces = registries.reader.get("synthetic-faces");
  const own: ReaderPlugin = {
    ...faces,
    name: "stored-faces",
    open: async (params, context) => ({ ...await faces.open(params, context) as ImageSet, embeddings: stored }),
  };
  const run = smallRun(), data = { ...run.data.train, reader: "stored-faces" };
  const evaluate = [{ name: "theirs", protocol: section("protocol", { protocol: "angles" }), data }];
  const { record, events } = await execute({ ...run, evaluate }, { tables: withPlugins(registries, [own], "tests") });
  assertEquals([record!.status, events.map(({ type }) => type)], ["failed", ["end"]]);
  assertStringIncludes(record!.error!, "gives stored embeddings, and there is a network");
}, ["wasm"]);
