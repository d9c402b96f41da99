/**
 * SphereFace as first published: a multiplicative angular margin that is annealed, on features that keep their length.
 *
 * @module
 */
import { z } from "zod";
import { type Scalar, type Tensor1D, tf } from "../tensor/tf.ts";
import { tensors } from "./algebra.ts";
import { createClassHead } from "./class_head.ts";
import { classWeightCount } from "./class_memory.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { createMargin, evaluateMargin } from "./margin.ts";
import { cosineClamp } from "./margin_params.ts";

/**
 * Logits `‖x‖ cos θ_j` and `‖x‖ (λ cos θ_y + ψ(θ_y)) / (1 + λ)` with `ψ(θ) = (−1)^k cos(m θ) − 2k`, `k = ⌊m θ / π⌋`,
 * and `λ(t) = max(λ_min, λ₀ (1 + γ t)^−p)` at step t, from 0; W. Liu et al., https://arxiv.org/abs/1704.08063.
 *
 * The gradient is that of the formula. The authors' Caffe layer instead divides the pair of coefficients of w and x by
 * its length, and rescales the weights in place; here the weights are taken at unit length, and left as they are. With
 * features at unit length, as the ArcFace paper compares it, it is `sphereface-r` or `combined`.
 */
export const sphereface: HeadPlugin = defineHead({
  name: "sphereface",
  version: "2.0.0",
  summary:
    "Annealed multiplicative angular margin on features that keep their length, as first published; true gradient",
  reference: "https://arxiv.org/abs/1704.08063",
  formula: "z_y = ‖x‖ (λ cos θ_y + (-1)^k cos(m θ_y) - 2k) / (1 + λ) with k = floor(m θ_y / pi), z_j = ‖x‖ cos θ_j",
  notes: [
    "λ(t) = max(lambdaMin, lambdaBase (1 + gamma t)^-power) at step t, from 0.",
    "The gradient is that of the formula; the authors' Caffe layer divides the pair of coefficients of w and x by its length.",
  ],
  params: z.strictObject({
    m: z.int().min(1).max(8).default(4).describe("Multiplicative angular margin m, an integer in [1, 8]; 1 is none"),
    lambdaMin: z.number().min(0).max(1000).default(5).describe("λ_min, below which λ does not fall; no unit"),
    lambdaBase: z.number().min(0).max(1e6).default(1000).describe("λ₀, at step 0; no unit"),
    gamma: z.number().min(0).max(10).default(0.12).describe("γ of the annealing λ₀ (1 + γ t)^-p, per step"),
    power: z.number().min(0).max(10).default(1).describe("p of the annealing λ₀ (1 + γ t)^-p, no unit"),
    epsilon: cosineClamp(1e-6),
  }).superRefine(({ m, lambdaMin, lambdaBase }, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (m === 1) say("m", "m = 1 is no margin, and its annealing has no effect: use softmax or norm-softmax");
    if (lambdaBase < lambdaMin) {
      say("lambdaBase", `lambdaBase = ${lambdaBase} must not be below lambdaMin = ${lambdaMin}`);
    }
  }),
  create({ m, lambdaMin, lambdaBase, gamma, power, epsilon }, context) {
    const margin = createMargin({ m1: m, boundary: "reflect", epsilon });
    return createClassHead({
      logits: {
        normalised: true,
        keepsLength: true,
        s: 1,
        margin({ cosine, sine, length, step }) {
          const lambda = Math.max(lambdaMin, lambdaBase * (1 + gamma * (step?.step ?? 0)) ** -power);
          const { value, derivative, past } = evaluateMargin(tensors, margin, cosine, sine);
          const mix = (plain: tf.Tensor, psi: tf.Tensor) => tf.div(tf.add(tf.mul(plain, lambda), psi), 1 + lambda);
          const phi = mix(cosine, value), slope = mix(tf.onesLike(cosine), derivative);
          return {
            target: {
              value: tf.mul(length(), phi) as Tensor1D,
              slope: slope as Tensor1D,
              radial: tf.sub(phi, tf.mul(cosine, slope)) as Tensor1D,
            },
            statistics: { pastBoundary: tf.mean(past) as Scalar, lambda: tf.scalar(lambda) },
          };
        },
      },
    }, context);
  },
  size: classWeightCount,
});
