/**
 * Triplet loss on the hypersphere: a sample shall be nearer to those of its class than to all others.
 *
 * @module
 */
import { z } from "zod";
import { inverseRowNorms, tangentRows } from "../tensor/kernels/class_logits.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { angleOf, tensors } from "./algebra.ts";
import { composedMemory } from "./class_memory.ts";
import { safeSine } from "./class_terms.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { checkBatch, tidyOutput } from "./parts.ts";
import { termNode } from "./term.ts";
import { mineTriplets } from "./triplet_mining.ts";

/**
 * Loss `mean max(0, D_ap − D_an + m)` over triplets of anchor, positive and negative, with the angle
 * `D = arccos(x̂_a·x̂_b)` (J. Deng et al., https://arxiv.org/abs/1801.07698, equation 7) or the squared distance
 * `D = ‖x̂_a − x̂_b‖²` (F. Schroff et al., "FaceNet", https://arxiv.org/abs/1503.03832).
 *
 * `semi-hard`: for each pair of one class a random negative with `D_ap < D_an < D_ap + m`, as in FaceNet; `hard`: for each
 * anchor the farthest positive and the nearest negative; `all`: every triplet that violates the margin (A. Hermans et
 * al., https://arxiv.org/abs/1703.07737). Negatives are chosen by the distance of the loss; the published code chooses
 * them by squared distance for the angular loss too. It has no class weights, and wants batches with several images of a
 * class: `train.sampler: { name: identity, images: 5 }`.
 */
export const triplet: HeadPlugin = defineHead({
  name: "triplet",
  version: "1.0.0",
  summary: "Triplet loss on angles or squared distances, with semi-hard, hard or all triplets of the batch",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "L = mean max(0, D_ap - D_an + m), D = arccos(x̂_a·x̂_b) or ‖x̂_a - x̂_b‖²",
  params: z.strictObject({
    distance: z.enum(["angular", "squared-euclidean"]).default("angular").describe(
      "D between embeddings of unit length: angular in radians, squared-euclidean in [0, 4]",
    ),
    m: z.number().positive().max(2, { error: "m is in radians, or with squared-euclidean in squared units" }).default(
      0.35,
    ).describe(
      "Margin m, in radians or squared units, in (0, 2]; FaceNet has 0.2, the code of 2018 0.3 with squared-euclidean",
    ),
    mining: z.enum(["semi-hard", "hard", "all"]).default("semi-hard").describe(
      "Which triplets of a batch count: semi-hard draws a negative for each pair, hard takes the extremes, all those violating",
    ),
  }),
  notes: [
    "semi-hard (FaceNet, arXiv:1503.03832): a negative with D_ap < D_an < D_ap + m, drawn for each pair; the mean is over " +
    "the pairs that have one. The published code of the angular loss chooses by squared distance; here the loss's own.",
    "hard and all: Hermans et al., arXiv:1703.07737; hard is the mean over all anchors, all over the triplets that violate.",
    "Triplets are chosen within a part of a batch (train.accumulate).",
  ],
  needsPositives: true,
  create({ distance: measure, m, mining }, context) {
    return {
      parameters: [],
      loss: (embeddings, labels, step) =>
        tidyOutput(() => {
          checkBatch(embeddings, labels, context);
          return termNode([embeddings], () => {
            const inverse = inverseRowNorms(embeddings);
            const unit = tf.mul(embeddings, tf.expandDims(inverse, 1)) as Tensor2D;
            const cosine = tf.matMul(unit, unit, false, true), angular = measure === "angular";
            const distance = angular ? angleOf<Tensor>(tensors, cosine) : tf.sub(2, tf.mul(cosine, 2));
            const random = step?.part.fork("triplets");
            const { loss, pull, count } = mineTriplets(distance as Tensor2D, labels, { mining, m, random });
            const inCosine = angular ? tf.div(tf.neg(pull), safeSine(cosine)) : tf.mul(pull, -2);
            return {
              loss,
              statistics: { triplets: count },
              saved: [inCosine, unit, embeddings, inverse],
              gradients([inCosine, unit, embeddings, inverse], gradient) {
                const both = tf.mul(tf.add(inCosine!, tf.transpose(inCosine!)), gradient) as Tensor2D;
                const scaled = tf.mul(tf.matMul(both, unit as Tensor2D), tf.expandDims(inverse!, 1)) as Tensor2D;
                return [tangentRows(scaled, embeddings as Tensor2D, inverse as Tensor1D)];
              },
            };
          });
        }),
      dispose: () => {},
    };
  },
  size: () => 0,
  stepMemory: ({ mining }, { batch }) => {
    const triplets = { ...composedMemory(batch ** 3, mining === "all" ? 8 : 17), kept: 0 };
    return mining === "hard" ? { kept: 0, held: 12 * batch ** 2 } : triplets;
  },
});
