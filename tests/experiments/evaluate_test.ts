import { assertEquals, assertRejects } from "@std/assert";
import type { DataSet, ImageSet } from "../../datasets/mod.ts";
import { evaluateAll, type EvaluateOptions } from "../../experiments/evaluate.ts";
import { evaluationProblems, type EvaluationTask } from "../../experiments/evaluation_checks.ts";
import { openReader } from "../../experiments/data.ts";
import { diskFiles } from "../../experiments/disk.ts";
import type { EvaluateProgress } from "../../experiments/measure.ts";
import { rowsInFile } from "../../experiments/rows_in_file.ts";
import { withPlugins } from "../../registry/registries.ts";
import { useBackend } from "../../tensor/backend.ts";
import type { EmbeddingSource } from "../../tensor/embedding_source.ts";
import { tf } from "../../tensor/tf.ts";
import { neighbours, templateNorm } from "../fixtures/evaluation/template_plugins.ts";
import { registries as plain, section } from "./run_helpers.ts";

const registries = withPlugins(plain, [neighbours, templateNorm], "tests");
const faces = { reader: "synthetic-faces", identities: 5, perIdentity: 4, size: [8, 8], channels: 1 };
const images = section("reader", faces);
const pairs = section("reader", { reader: "sampled-pairs", from: images, folds: 2, perFold: 8 });

/** A network that counts the images it sees: pixels as they are. */
function counting() {
  const seen = { images: 0 };
  const backbone = {
    parameters: [],
    embedding: 64,
    forward(x: tf.Tensor4D) {
      seen.images += x.shape[0];
      return tf.reshape(x, [x.shape[0], -1]) as tf.Tensor2D;
    },
    dispose() {},
  };
  return { seen, backbone };
}

async function task(
  name: string,
  protocol: Record<string, unknown>,
  data: Record<string, unknown>,
): Promise<EvaluationTask> {
  const id = protocol["protocol"] === "template-norm" ? { flip: false, ...protocol } : section("protocol", protocol);
  const set = await openReader(data, registries, { files: diskFiles(".") });
  return { section: { name, protocol: id, data }, set };
}

async function run(tasks: EvaluationTask[], options: Partial<EvaluateOptions> = {}): Promise<EvaluateProgress[]> {
  await useBackend("cpu");
  const scratch = await Deno.makeTempDir(), events: EvaluateProgress[] = [];
  const all = { registries, scratch: rowsInFile(scratch), ...options };
  for await (const event of evaluateAll(tasks, all)) events.push(event);
  await Deno.remove(scratch);
  return events;
}

const figures = (events: EvaluateProgress[]) =>
  events.flatMap(({ name, metrics = [] }) => metrics.map((metric) => [name, metric.name, metric.value]));

Deno.test("evaluateAll() embeds data once for all evaluations of it, with the figures of each alone", async () => {
  const templates = { reader: "neighbours", from: images };
  const tasks = [
    await task("plain", { protocol: "verification" }, pairs),
    await task("angles", { protocol: "angles" }, images),
    await task("flipped", { protocol: "verification", flip: true }, pairs),
    await task("streamed", { protocol: "template-norm" }, templates),
    await task("both", { protocol: "template-norm", flip: true }, templates),
  ];
  const alone: unknown[] = [];
  for (const one of tasks) alone.push(...figures(await run([one], { model: counting() })));
  for (const memory of [undefined, 0, 5000]) {
    const model = counting(), events = await run(tasks, { model, ...memory === undefined ? {} : { memory } });
    assertEquals(figures(events), alone);
    const used = new Set([
      ...(tasks[0]!.set as { first: Int32Array }).first,
      ...(tasks[0]!.set as { second: Int32Array }).second,
    ]);
    assertEquals(model.seen.images, 2 * used.size + 20 + 2 * 20, "mirrored images count");
  }
});

Deno.test("evaluateAll() takes stored embeddings, and runs no network", async () => {
  const one = await task("angles", { protocol: "angles" }, images), model = counting();
  const [wanted] = (await run([one], { model })).filter(({ metrics }) => metrics);
  const rows = await Promise.all(Array.from({ length: 20 }, (_, i) => (one.set as ImageSet).read(i)));
  const { mean, std } = (one.set as ImageSet).normalise;
  const stored: EmbeddingSource = {
    count: 20,
    dimension: 64,
    mirrored: false,
    async *chunks(indices) {
      for (const [start, index] of indices.entries()) {
        const original = Float32Array.from(rows[index]!, (byte) => Math.fround((byte - mean) / std));
        yield await Promise.resolve({ start, count: 1, original });
      }
    },
  };
  const events = await run([{ ...one, stored }]);
  assertEquals(events.map(({ done }) => done).slice(0, 3), [1, 2, 3]);
  const close = (events: EvaluateProgress) => events.metrics!.map(({ value }) => value!.toFixed(3));
  assertEquals(close(events.at(-1)!), close(wanted!));
});

Deno.test("evaluateAll() passes on what a protocol throws, and frees what is held", async () => {
  const bad = await task("unseen", { protocol: "verification" }, pairs);
  const flat = { ...counting().backbone, forward: (x: tf.Tensor4D) => tf.zeros([x.shape[0], 64]) as tf.Tensor2D };
  await assertRejects(() => run([bad, bad], { model: { backbone: flat }, memory: 0 }), RangeError, "Cannot");
});

Deno.test("evaluateAll() closes the file of what is held where onEmbedded throws", async () => {
  const one = await task("unseen", { protocol: "verification" }, pairs), held: EmbeddingSource[] = [];
  const onEmbedded: EvaluateOptions["onEmbedded"] = (_task, _selection, embeddings) => {
    held.push(embeddings);
    return Promise.reject(new RangeError("Cannot write: the disk is full"));
  };
  await assertRejects(() => run([one], { model: counting(), memory: 0, onEmbedded }), RangeError, "the disk is full");
  const read = async () => {
    for await (const _ of held[0]!.chunks(Int32Array.of(0)));
  };
  await assertRejects(read, Deno.errors.BadResource);
});

Deno.test("evaluationProblems() tells everything that stands in the way", async () => {
  const known = { shape: [8, 8, 1] as const, known: "net.safetensors", weightedClasses: 0 };
  const plainTask = await task("plain", { protocol: "verification", flip: true }, pairs);
  const set = plainTask.set as Extract<DataSet, { gives: "pairs" }>;
  const stored = (changes: Partial<EmbeddingSource>): EvaluationTask => ({
    ...plainTask,
    stored: { count: 20, dimension: 4, mirrored: true, async *chunks() {}, ...changes },
  });
  const problems = (one: EvaluationTask, facts?: Parameters<typeof evaluationProblems>[2]) =>
    evaluationProblems(one, registries, facts).map((text) => text.replace('Cannot evaluate "plain": ', ""));
  assertEquals(problems(plainTask, known), []);
  assertEquals(problems(stored({}), undefined), []);
  const refused = [
    "stored embeddings are named for it, and there is a network; leave the embeddings out, or measure them by a list " +
    "of their own, with `deno task evaluate` and no network",
  ];
  assertEquals(problems(stored({}), known), refused);
  const carrying = { ...set, images: { ...set.images, embeddings: stored({}).stored! } };
  assertEquals(problems({ ...plainTask, set: carrying }, known), [
    refused[0]!.replace("stored embeddings are named for it", 'reader "sampled-pairs" gives stored embeddings'),
  ]);
  assertEquals(problems({ ...plainTask, set: carrying }), []);
  assertEquals(problems(plainTask), [
    'reader "sampled-pairs" gives no stored embeddings, name some or the weights of a network',
  ]);
  assertEquals(problems(stored({ dimension: 0, count: 3, mirrored: false })), [
    "its stored embeddings have no dimensions, at least one is wanted",
    "there are 3 stored embeddings, one for each of its 20 images is wanted",
    "it adds the embeddings of mirrored images, and those that are stored have none; name their file too " +
    "(--mirrored, or mirrored: beside its path), or choose a protocol or parameters without mirrored images",
  ]);
  assertEquals(problems(plainTask, { ...known, shape: [9, 8, 1] }), [
    "its images are 8 × 8 × 1, those of net.safetensors 9 × 8 × 1; set size, channels and normalise of its reader to " +
    "the same",
  ]);
  assertEquals(problems(plainTask, { ...known, normalise: { mean: 0, std: 255 } }), [
    "its images are 8 × 8 × 1 with (byte − 127.5) / 127.5, those of net.safetensors 8 × 8 × 1 with (byte − 0) / 255; set " +
    "size, channels and normalise of its reader to the same",
  ]);
  assertEquals(problems({ ...plainTask, set: set.images }, known), [
    'protocol "verification" wants pairs, reader "synthetic-faces" gives images',
  ]);
  const nameless = { ...plainTask, set: { ...set, images: { ...set.images, shape: [0, 0, 0] as const } } };
  assertEquals(problems(nameless, known), [
    'reader "sampled-pairs" gives names alone, say where the images are or name stored embeddings',
  ]);
  const weights = await task("plain", { protocol: "angles", weights: true }, images);
  assertEquals(problems(weights, known), [
    'protocol "angles" measures class weights, and there are none; name the run that trained them',
  ]);
  assertEquals(problems(weights, { ...known, weightedClasses: 4 }), [
    'protocol "angles" measures class weights, and there are those of 4 classes, its data has 5; give it the data that ' +
    "was trained on",
  ]);
});
