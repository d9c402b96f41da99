/**
 * Runs a head on given numbers and reads everything back, as plain arrays.
 *
 * @module
 */
import type { Head, HeadPlugin } from "../../losses/mod.ts";
import { createRandom, type Random } from "../../tensor/random.ts";
import { type Scalar, type Tensor, tf } from "../../tensor/tf.ts";

/** One batch and the class weights that it meets, row by row. */
export interface Batch {
  readonly embeddings: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly weights: readonly (readonly number[])[];
  /** Number of classes, where it is not that of the weights' rows. */
  readonly classes?: number;
}

/** What a head meets besides a batch. */
export interface Circumstances {
  /** Values of parameters, by name, in place of their first ones. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
  /** Images of each class; by default a few more for each class than for the one before. */
  readonly counts?: readonly number[];
  /** The step; by default 1000. */
  readonly step?: number;
  /** Stream of what is drawn for each sample. */
  readonly part?: Random;
}

/** What a head made of a batch. */
export interface Measured {
  readonly loss: number;
  readonly statistics: Readonly<Record<string, number>>;
  /** Angles to the own classes; empty for heads without class weights. */
  readonly angles: Float32Array;
  /** Gradient of the loss in the embeddings and in each trainable parameter, by name, flat. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
  /** Parameters that are not trained, by name, after the step. */
  readonly state: Readonly<Record<string, Float32Array>>;
}

/**
 * Makes the head that a batch fits, with the batch's class weights; a head with several centres a class that is given
 * one gets others near it. Parameters go through the schema.
 */
export function makeHead(
  plugin: HeadPlugin,
  params: Record<string, unknown>,
  { weights, classes = weights.length }: Batch,
  { values = {}, counts }: Circumstances = {},
): Head {
  const images = Int32Array.from(counts ?? Array.from({ length: classes }, (_, j) => 3 + 5 * j));
  const context = { embedding: weights[0]!.length, classes, random: createRandom(0, "init"), counts: images };
  const head = plugin.create(plugin.params.parse(params), context);
  for (const { name, role, trainable, variable } of head.parameters) {
    const given = values[name] ?? (role === "class" && trainable ? spread(weights, variable.shape[0]!) : undefined);
    if (given) tf.tidy(() => variable.assign(tf.tensor([...given], variable.shape)));
  }
  return head;
}

function spread(weights: Batch["weights"], rows: number): number[] {
  const centres = Math.max(1, rows / weights.length);
  return weights.flatMap((row) =>
    Array.from({ length: centres }, (_, k) => row.map((x, i) => x + 0.2 * k * (i % 2 === 0 ? 1 : -1))).flat()
  );
}

/** Loss, statistics and gradients of one batch; leaves no tensor behind. */
export async function measure(
  plugin: HeadPlugin,
  params: Record<string, unknown>,
  batch: Batch,
  circumstances: Circumstances = {},
): Promise<Measured> {
  const head = makeHead(plugin, params, batch, circumstances);
  const { step: at = 1000, part = createRandom(0, "part") } = circumstances;
  const embeddings = tf.tidy(() => tf.variable(tf.tensor2d(batch.embeddings as number[][])));
  const labels = tf.tensor1d(batch.labels as number[], "int32");
  const step = {
    step: at,
    part,
    place: { index: 0, count: 1 },
    random: createRandom(0, "step"),
    labels: Int32Array.from(batch.labels),
  };
  let statistics: Readonly<Record<string, Scalar>> = {}, angles: Tensor | undefined;
  const trained = head.parameters.filter(({ trainable }) => trainable);
  const watched = { embeddings, ...Object.fromEntries(trained.map((p) => [p.name, p.variable])) };
  const { value, grads } = tf.variableGrads(() => {
    const output = head.loss(embeddings as ReturnType<typeof tf.tensor2d>, labels, step);
    statistics = output.statistics;
    angles = output.angles && tf.keep(output.angles);
    for (const scalar of Object.values(statistics)) tf.keep(scalar);
    return output.loss;
  }, Object.values(watched));
  const read = async (tensor: Tensor) => (await tensor.data() as Float32Array).slice();
  const readAll = async (tensors: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(
      await Promise.all(Object.entries(tensors).map(async ([name, t]) => [name, await read(t)] as const)),
    );
  const named = Object.entries(watched).map(([name, v]) => [name, grads[v.name]!] as const);
  const kept = head.parameters.filter(({ trainable }) => !trainable).map(({ name, variable }) =>
    [name, variable] as const
  );
  const numbers = Object.entries(await readAll(statistics)).map(([name, values]) => [name, values[0]!] as const);
  const measured = {
    loss: (await read(value))[0]!,
    statistics: Object.fromEntries(numbers),
    angles: angles ? await read(angles) : new Float32Array(),
    gradients: await readAll(Object.fromEntries(named)),
    state: await readAll(Object.fromEntries(kept)),
  };
  tf.dispose([value, labels, ...Object.values(grads), ...Object.values(statistics), ...angles ? [angles] : []]);
  embeddings.dispose();
  head.dispose();
  return measured;
}

/** Every number of a measurement in one row, for comparisons. */
export function flatten({ loss, gradients, state }: Measured): number[] {
  return [loss, ...[...Object.values(gradients), ...Object.values(state)].flatMap((values) => [...values])];
}

/** Seeded embeddings and weights in general position. */
export function randomBatch(): Batch {
  const random = createRandom(7, "batch");
  const row = () => Array.from({ length: 8 }, () => random.normal());
  return {
    embeddings: Array.from({ length: 6 }, row),
    weights: Array.from({ length: 10 }, row),
    labels: [3, 0, 9, 3, 5, 1],
  };
}

/** Samples of class 0 whose target cosines are the given ones; the other classes are orthogonal to it. */
export function batchAt(cosines: readonly number[]): Batch {
  return {
    embeddings: cosines.map((c) => [2 * c, 2 * Math.sqrt(1 - c * c), 0, 0]),
    labels: cosines.map(() => 0),
    weights: [[3, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 2], [0, 0, 1, 1]],
  };
}

/** Samples of four of eight classes, near to and far from them, with lengths from short to long: enough for every parameter to tell. */
export function tellingBatch(): Batch {
  const weights = [[3, 0.4, 0, 0], [0.2, 1, 1, -0.3], [0, -0.5, 0.3, 2], [-0.4, 0, 1, 1]], lengths = [2, 12, 60, 150];
  const others = [[1, 1, 0, 0], [0, 1, -1, 0.2], [-1, 0, 0, 0.5], [0, -1, -1, -1]];
  // More near than far, so that averages over the batch are not 0.
  const cosines = ALL_COSINES.filter((c) => c < -0.55 || c > -0.05);
  const rows = cosines.flatMap((c, i) =>
    weights.map((w, label) => {
      const norm = Math.hypot(...w), unit = w.map((x) => x / norm), side = [0.3, -0.2, 0.5, 0.7];
      const along = unit.reduce((sum, x, k) => sum + x * side[k]!, 0),
        across = side.map((x, k) => x - along * unit[k]!);
      const height = Math.hypot(...across), length = lengths[(i + label) % 4]!;
      return { label, x: unit.map((u, k) => length * (c * u + Math.sqrt(1 - c * c) * across[k]! / height)) };
    })
  );
  return {
    embeddings: rows.map(({ x }) => x),
    labels: rows.map(({ label }) => label),
    weights: [...weights, ...others],
  };
}

/** Twenty-one cosines from −1 to 1, both ends included. */
export const ALL_COSINES: readonly number[] = Array.from({ length: 21 }, (_, i) => (i - 10) / 10);
