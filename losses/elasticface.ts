/**
 * ElasticFace: margins drawn anew for every sample.
 *
 * @module
 */
import { z } from "zod";
import { gatherRows } from "../tensor/kernels/class_rows.ts";
import { type Scalar, type Tensor1D, tf } from "../tensor/tf.ts";
import { tensors } from "./algebra.ts";
import { createClassHead } from "./class_head.ts";
import type { OwnClass } from "./class_logits.ts";
import { classWeightCount } from "./class_memory.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { cosineMargin, marginShape, radians, sampleRate, scale, slopeOf } from "./margin_params.ts";
import { ranksOf } from "./ranks.ts";
import { evaluateSampleMargin } from "./sample_margin.ts";

const sigma = z.number().min(0).max(1).default(0.05).describe(
  "Standard deviation σ of the margins, in units of m; the papers' + variants have 0.0175 (Arc) and 0.02 (Cos)",
);
const notes = [
  "+: the k-th nearest sample has the k-th smallest margin, as the paper says. The authors' code indexes the sorted " +
  "margins by the sorting permutation of the cosines instead of by the rank, which mixes them up.",
];
const plus = z.boolean().default(false).describe(
  "The + variant: the larger of the drawn margins go to the samples farther from their class",
);

/** Without a spread all margins are one, and their order has no effect. */
function refuseOrder({ plus, sigma }: { plus: boolean; sigma: number }, context: z.RefinementCtx): void {
  if (!plus || sigma > 0) return;
  context.addIssue({ code: "custom", path: ["plus"], message: "plus has no effect with sigma = 0: leave it out" });
}

/**
 * Margins of a batch from N(m, σ), drawn by the stream of the step's part; without a step, m for all.
 *
 * Of the + variant the paper says that samples far from their class get the larger margins: the k-th nearest sample has
 * the k-th smallest margin. The authors' code indexes the sorted margins by the sorting permutation of the cosines
 * instead of by its inverse, the rank, which mixes them up.
 */
export function elasticMargins(
  { cosine, step }: Pick<OwnClass, "cosine" | "step">,
  { m, sigma, plus }: { readonly m: number; readonly sigma: number; readonly plus: boolean },
): Tensor1D {
  if (!step) return tf.fill(cosine.shape, m) as Tensor1D;
  const stream = step.part.fork("margins");
  const drawn = Float32Array.from({ length: cosine.shape[0] }, () => m + sigma * stream.normal());
  if (!plus) return tf.tensor1d(drawn);
  return tf.tidy(() => gatherRows(tf.tensor1d(drawn.sort()), ranksOf(tf.neg(cosine))));
}

/**
 * Target logit `s cos(θ_y + m_i)` with `m_i` from N(m, σ), in radians; F. Boutros et al.,
 * https://arxiv.org/abs/2109.09416.
 */
export const elasticfaceArc: HeadPlugin = defineHead({
  name: "elasticface-arc",
  version: "1.0.0",
  summary: "ArcFace with a margin drawn from N(m, σ) for every sample",
  reference: "https://arxiv.org/abs/2109.09416",
  formula: "z_y = s cos(θ_y + m_i) with m_i ~ N(m, σ), z_j = s cos θ_j",
  notes,
  params: z.strictObject({ m: radians("m", 0.5), sigma, plus, ...marginShape(64) }).superRefine(refuseOrder),
  create({ m, sigma, plus, s, gradient, boundary, epsilon, sampleRate }, context) {
    return createClassHead({
      sampleRate,
      logits: {
        normalised: true,
        s,
        margin(own) {
          const m2 = elasticMargins(own, { m, sigma, plus });
          const { value, derivative, past } = evaluateSampleMargin(
            tensors,
            { m2, boundary, epsilon },
            own.cosine,
            own.sine,
          );
          return {
            target: { value: value as Tensor1D, slope: slopeOf(gradient, derivative) },
            statistics: { pastBoundary: tf.mean(past) as Scalar },
          };
        },
      },
    }, context);
  },
  size: classWeightCount,
});

/** Target logit `s (cos θ_y − m_i)` with `m_i` from N(m, σ); F. Boutros et al., https://arxiv.org/abs/2109.09416. */
export const elasticfaceCos: HeadPlugin = defineHead({
  name: "elasticface-cos",
  version: "1.0.0",
  summary: "CosFace with a margin drawn from N(m, σ) for every sample",
  reference: "https://arxiv.org/abs/2109.09416",
  formula: "z_y = s (cos θ_y - m_i) with m_i ~ N(m, σ), z_j = s cos θ_j",
  notes,
  params: z.strictObject({ m: cosineMargin("m", 0.35), sigma, plus, s: scale(64), sampleRate: sampleRate() })
    .superRefine(refuseOrder),
  create: ({ m, sigma, plus, s, sampleRate }, context) =>
    createClassHead({
      sampleRate,
      logits: {
        normalised: true,
        s,
        margin: (own) => ({
          target: {
            value: tf.sub(own.cosine, elasticMargins(own, { m, sigma, plus })) as Tensor1D,
            slope: tf.onesLike(own.cosine) as Tensor1D,
          },
        }),
      },
    }, context),
  size: classWeightCount,
});
