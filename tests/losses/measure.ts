/**
 * Runs a head on given numbers and reads everything back, as plain arrays.
 *
 * @module
 */
import type { Head, HeadPlugin } from "../../losses/mod.ts";
import { createRandom } from "../../tensor/random.ts";
import { type Scalar, type Tensor, tf } from "../../tensor/tf.ts";

/** One batch and the class weights that it meets, row by row. */
export interface Batch {
  readonly embeddings: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

/** What a head made of a batch. */
export interface Measured {
  readonly loss: number;
  readonly statistics: Readonly<Record<string, number>>;
  /** Gradient of the loss in the embeddings and in each parameter, by name, flat. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** Makes the head that a batch fits, with the batch's class weights. Parameters go through the schema. */
export function makeHead(plugin: HeadPlugin, params: Record<string, unknown>, { weights }: Batch): Head {
  const context = { embedding: weights[0]!.length, classes: weights.length, random: createRandom(0, "init") };
  const head = plugin.create(plugin.params.parse(params), context);
  tf.tidy(() => head.parameters[0]!.variable.assign(tf.tensor(weights as number[][])));
  return head;
}

/** Loss, statistics and gradients of one batch; leaves no tensor behind. */
export async function measure(plugin: HeadPlugin, params: Record<string, unknown>, batch: Batch): Promise<Measured> {
  const head = makeHead(plugin, params, batch);
  const embeddings = tf.tidy(() => tf.variable(tf.tensor2d(batch.embeddings as number[][])));
  const labels = tf.tensor1d(batch.labels as number[], "int32");
  const step = {
    step: 1000,
    random: createRandom(0, "step"),
    part: createRandom(0, "part"),
    labels: Int32Array.from(batch.labels),
  };
  let statistics: Readonly<Record<string, Scalar>> = {};
  const watched = { embeddings, ...Object.fromEntries(head.parameters.map((p) => [p.name, p.variable])) };
  const { value, grads } = tf.variableGrads(() => {
    const output = head.loss(embeddings as ReturnType<typeof tf.tensor2d>, labels, step);
    statistics = output.statistics;
    for (const scalar of Object.values(statistics)) tf.keep(scalar);
    return output.loss;
  }, Object.values(watched));
  const read = async (tensor: Tensor) => await tensor.data() as Float32Array;
  const measured = {
    loss: (await read(value))[0]!,
    statistics: Object.fromEntries(
      await Promise.all(Object.entries(statistics).map(async ([name, s]) => [name, (await read(s))[0]!] as const)),
    ),
    gradients: Object.fromEntries(
      await Promise.all(
        Object.entries(watched).map(async ([name, v]) => [name, (await read(grads[v.name]!)).slice()] as const),
      ),
    ),
  };
  tf.dispose([value, labels, ...Object.values(grads), ...Object.values(statistics)]);
  embeddings.dispose();
  head.dispose();
  return measured;
}

/** Every number of a measurement in one row, for comparisons. */
export function flatten({ loss, gradients }: Measured): number[] {
  return [loss, ...Object.values(gradients).flatMap((gradient) => [...gradient])];
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

/** Twenty-one cosines from −1 to 1, both ends included. */
export const ALL_COSINES: readonly number[] = Array.from({ length: 21 }, (_, i) => (i - 10) / 10);
