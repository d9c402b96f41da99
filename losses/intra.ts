/**
 * Intra-loss: the mean angle between the samples and their own class weights.
 *
 * @module
 */
import { z } from "zod";
import { inverseRowNorms, tangentRows } from "../tensor/kernels/class_logits.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { gatherTargets } from "./class_chunks.ts";
import { sineTo } from "./class_own.ts";
import { classWeightCount, composedMemory } from "./class_memory.ts";
import { type ClassTerm, createClassTerm, rowsByClass, SMALLEST_SINE } from "./class_terms.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { termNode } from "./term.ts";

const term: ClassTerm = (embeddings, labels, shards) => {
  const count = embeddings.shape[0], inverse = inverseRowNorms(embeddings);
  const unit = tf.mul(embeddings, tf.expandDims(inverse, 1)) as Tensor2D;
  const own = gatherTargets(shards, labels), ownInverse = inverseRowNorms(own);
  const unitOwn = tf.mul(own, tf.expandDims(ownInverse, 1)) as Tensor2D;
  const cosine = tf.sum(tf.mul(unit, unitOwn), 1),
    sine = sineTo(embeddings, inverse, { own, lengths: ownInverse, cosine });
  const angles = tf.atan2(sine, cosine) as Tensor1D;
  const targetAngle = tf.mean(angles);
  return termNode([embeddings, ...shards.map(({ weights }) => weights)], () => ({
    loss: tf.div(targetAngle, Math.PI),
    statistics: { targetAngle },
    angles,
    saved: [sine, unit, unitOwn, embeddings, own, inverse, ownInverse, labels],
    gradients([sine, unit, unitOwn, embeddings, own, inverse, ownInverse, labels], gradient) {
      const inAngle = tf.mul(gradient, -1 / (Math.PI * count));
      const slope = tf.expandDims(tf.div(inAngle, tf.maximum(sine!, SMALLEST_SINE)), 1);
      const pulled = (toward: Tensor, rows: Tensor, inverse: Tensor) =>
        tangentRows(
          tf.mul(toward, tf.mul(slope, tf.expandDims(inverse, 1))) as Tensor2D,
          rows as Tensor2D,
          inverse as Tensor1D,
        );
      const rows = pulled(unit!, own!, ownInverse!);
      return [pulled(unitOwn!, embeddings!, inverse!), ...rowsByClass(rows, labels as Tensor1D, shards)];
    },
  }));
};

/**
 * Loss `1/(π N) Σ_i θ_{y_i}`, equation 5 of J. Deng et al., https://arxiv.org/abs/1801.07698, without its softmax term:
 * add it to a main head as `auxiliary: [{ name: intra, weight: 1 }]`, where it works on the class weights of that.
 */
export const intra: HeadPlugin = defineHead({
  name: "intra",
  version: "1.0.0",
  summary: "Mean angle of the samples to their own class weights; an auxiliary loss",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "L = 1/(pi N) Σ_i θ_{y_i}",
  params: z.strictObject({}),
  notes: ["Add it to a head: auxiliary: [{ name: intra, weight: 1 }]. Alone it draws all classes into one point."],
  sharesClassWeights: true,
  create: (_, context) => createClassTerm("intra", term, context),
  size: classWeightCount,
  stepMemory: (_, { batch, classes }) => ({ ...composedMemory(batch * classes, 3), kept: 0 }),
});
