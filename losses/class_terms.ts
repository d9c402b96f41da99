/**
 * What losses on angles to and between class weights share: whose weights they are, and gradients of single rows.
 *
 * @module
 */
import { disposeParameters, type Parameter } from "../tensor/parameter.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { COMPOSED_SHARE, cutsOf, joined, ownColumns } from "./class_chunks.ts";
import { classWeights, type Shard, shardsOf } from "./class_weights.ts";
import type { Head, HeadContext, HeadOutput } from "./head.ts";
import { checkBatch, tidyOutput } from "./parts.ts";

/** A term's loss over embeddings, labels and class weights; called inside a `tf.tidy`. */
export type ClassTerm = (embeddings: Tensor2D, labels: Tensor1D, shards: readonly Shard[]) => HeadOutput;

/** Margin of the cosine to ±1: the derivative of the angle is infinite there. */
const EDGE = 1e-6;

/** Sines count as no less than this in derivatives of angles. */
export const SMALLEST_SINE = 1e-6;

/**
 * A head made of a term: beside a main head it works on the class weights of that, alone on own ones.
 *
 * @throws {TypeError} if the main head has no class weights, or several centres a class.
 */
export function createClassTerm(name: string, term: ClassTerm, context: HeadContext): Head {
  const { classes, classWeights: shared } = context;
  const rows = shared?.reduce((sum, { variable }) => sum + variable.shape[0]!, 0);
  if (rows !== undefined && rows !== classes) {
    const found = rows === 0 ? "none" : `${rows} rows for ${classes} classes`;
    throw new TypeError(
      `Cannot add loss "${name}": it wants one class weight a class in the main head, found ${found}; use a head such ` +
        "as norm-softmax or arcface",
    );
  }
  const own = shared ? [] : classWeights(context), weights: readonly Parameter[] = shared ?? own;
  return {
    parameters: own,
    loss: (embeddings, labels) =>
      tidyOutput(() => {
        checkBatch(embeddings, labels, context);
        return term(embeddings, labels, shardsOf(weights.map(({ variable }) => variable as unknown as Tensor2D)));
      }),
    dispose: () => disposeParameters(own),
  };
}

/**
 * Rows of samples added up for each class, one tensor a shard, of its shape.
 *
 * @param rows One row a sample, shape `[batch, d]`.
 * @param labels Class of each, int32.
 */
export function rowsByClass(rows: Tensor2D, labels: Tensor1D, shards: readonly Shard[]): Tensor2D[] {
  const pieces = new Map<Shard, Tensor2D[]>(shards.map((shard) => [shard, []]));
  for (
    const { shard, from, count } of cutsOf({
      batch: labels.shape[0],
      shards,
      budget: undefined,
      cutShare: COMPOSED_SHARE,
    })
  ) {
    const inside = ownColumns(labels, { first: shard.first + from, count });
    pieces.get(shard)!.push(tf.matMul(inside, rows, true));
  }
  return shards.map((shard) => joined(pieces.get(shard)!, shard));
}

/** Sine of the angle, not below what the clamp of its cosine leaves. */
export function safeSine(cosine: Tensor): Tensor {
  const c = tf.clipByValue(cosine, EDGE - 1, 1 - EDGE);
  return tf.sqrt(tf.mul(tf.sub(1, c), tf.add(1, c)));
}
