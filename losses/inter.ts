/**
 * Inter-loss: the mean angle between the samples' class weights and all others, which is made larger.
 *
 * @module
 */
import { z } from "zod";
import { inverseRowNorms, tangentRows } from "../tensor/kernels/class_logits.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { angleOf, tensors } from "./algebra.ts";
import { COMPOSED_SHARE, type Cut, cutsOf, gatherTargets, joined, ownColumns, weightsOf } from "./class_chunks.ts";
import { classWeightCount, composedMemory } from "./class_memory.ts";
import { createClassTerm, rowsByClass, safeSine } from "./class_terms.ts";
import type { Shard } from "./class_weights.ts";
import { defineHead, type HeadOutput, type HeadPlugin } from "./head.ts";
import { termNode } from "./term.ts";

type Form = "arccos" | "cosine";

/** Own class weights of a batch, at unit length. */
interface Own {
  readonly rows: Tensor2D;
  readonly unit: Tensor2D;
  readonly inverse: Tensor1D;
}

function ownOf(shards: readonly Shard[], labels: Tensor1D): Own {
  const rows = gatherTargets(shards, labels), inverse = inverseRowNorms(rows);
  return { rows, unit: tf.mul(rows, tf.expandDims(inverse, 1)) as Tensor2D, inverse };
}

/** Cosines of a cut of the classes to the batch's own ones, and 1 where a class is not the sample's own. */
function cosinesOf(cut: Cut, unit: Tensor2D, labels: Tensor1D) {
  const weights = weightsOf(cut), inverse = inverseRowNorms(weights);
  const cosine = tf.mul(tf.matMul(unit, weights, false, true), inverse);
  const others = tf.sub(1, ownColumns(labels, { first: cut.shard.first + cut.from, count: cut.count }));
  return { weights, inverse, cosine, others };
}

/** Loss of the form, and the factor of its sum over samples and other classes. */
function coefficient(form: Form, batch: number, classes: number): number {
  return form === "arccos" ? -1 / (Math.PI * batch * Math.max(1, classes - 1)) : 1 / (batch * classes);
}

function term(
  form: Form,
  classes: number,
  labels: Tensor1D,
  shards: readonly Shard[],
  embeddings: Tensor2D,
): HeadOutput {
  const batch = labels.shape[0], cuts = cutsOf({ batch, shards, budget: undefined, cutShare: COMPOSED_SHARE });
  const factor = coefficient(form, batch, classes);
  return termNode([embeddings, ...shards.map(({ weights }) => weights)], () => {
    const { unit } = ownOf(shards, labels);
    let sum: Tensor = tf.scalar(0);
    for (const cut of cuts) {
      sum = tf.tidy(() => {
        const { cosine, others } = cosinesOf(cut, unit, labels);
        const values = form === "arccos" ? angleOf(tensors, cosine) : cosine;
        return tf.add(sum, tf.sum(tf.sum(tf.mul(values, others), 1)));
      });
    }
    // The published code counts a class's cosine to itself, which is 1.
    const loss = form === "arccos" ? tf.mul(sum, factor) : tf.add(tf.mul(sum, factor), 1 / classes);
    return {
      loss,
      saved: [labels, embeddings],
      gradients: ([labels, embeddings], gradient) => [
        tf.zerosLike(embeddings!),
        ...gradientsOf({ form, factor: tf.mul(gradient, factor), cuts, shards }, labels as Tensor1D),
      ],
    };
  });
}

/** Gradients of the class weights, as the other classes and as the samples' own. */
function gradientsOf(
  { form, factor, cuts, shards }: { form: Form; factor: Tensor; cuts: readonly Cut[]; shards: readonly Shard[] },
  labels: Tensor1D,
): Tensor2D[] {
  const own = ownOf(shards, labels), pieces = new Map<Shard, Tensor2D[]>(shards.map((shard) => [shard, []]));
  let inOwn: Tensor | undefined;
  for (const cut of cuts) {
    const before = inOwn;
    const found = tf.tidy(() => {
      const { weights, inverse, cosine, others } = cosinesOf(cut, own.unit, labels);
      const slope = form === "arccos" ? tf.div(tf.neg(factor), safeSine(cosine)) : factor;
      const inProducts = tf.mul(tf.mul(slope, others), inverse) as Tensor2D;
      const toOwn = tf.matMul(inProducts, weights);
      return {
        inOwn: before ? tf.add(before, toOwn) : toOwn,
        rows: tangentRows(tf.matMul(inProducts, own.unit, true), weights, inverse),
      };
    });
    inOwn = found.inOwn;
    pieces.get(cut.shard)!.push(found.rows);
  }
  const turned = tangentRows(tf.mul(inOwn!, tf.expandDims(own.inverse, 1)) as Tensor2D, own.rows, own.inverse);
  const asOwn = rowsByClass(turned, labels, shards);
  return shards.map((shard, i) => tf.add(joined(pieces.get(shard)!, shard), asOwn[i]!) as Tensor2D);
}

/**
 * Loss `−1/(π N (n − 1)) Σ_i Σ_{j≠y_i} arccos(ŵ_{y_i}·ŵ_j)`, equation 6 of J. Deng et al.,
 * https://arxiv.org/abs/1801.07698, without its softmax term: add it to a main head as
 * `auxiliary: [{ name: inter, weight: 1 }]`, where it works on the class weights of that.
 *
 * The code published in 2018 minimises another loss, the mean cosine of `ŵ_{y_i}` to all class weights, its own among
 * them: that is `form: cosine`.
 */
export const inter: HeadPlugin = defineHead({
  name: "inter",
  version: "1.0.0",
  summary: "Mean angle between class weights, made larger; an auxiliary loss",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "L = -1/(pi N (n - 1)) Σ_i Σ_{j≠y_i} arccos(ŵ_{y_i}·ŵ_j)",
  params: z.strictObject({
    form: z.enum(["arccos", "cosine"]).default("arccos").describe(
      "arccos: the paper's equation 6; cosine: the mean cosine to all class weights, as in the code of 2018",
    ),
  }),
  notes: [
    "Add it to a head: auxiliary: [{ name: inter, weight: 1 }]. The paper and its code of 2018 differ: see form.",
  ],
  sharesClassWeights: true,
  classWeightsOnly: true,
  create: ({ form }, context) =>
    createClassTerm("inter", (x, labels, shards) => term(form, context.classes, labels, shards, x), context),
  size: classWeightCount,
  stepMemory: (_, { batch, classes }) => ({ ...composedMemory(batch * classes, 22), kept: 0 }),
});
