/**
 * MagFace: an angular margin that grows with the embedding's length, which is pulled up.
 *
 * @module
 */
import { z } from "zod";
import { type Scalar, type Tensor1D, tf } from "../tensor/tf.ts";
import { tensors } from "./algebra.ts";
import { createClassHead } from "./class_head.ts";
import { classWeightCount } from "./class_memory.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { marginShape } from "./margin_params.ts";
import { evaluateSampleMargin } from "./sample_margin.ts";

/**
 * Target logit `s cos(θ_y + m(a))` with `a = clip(‖x‖, l_a, u_a)` and `m(a) = l_m + (u_m − l_m)(a − l_a)/(u_a − l_a)`,
 * and the term `λ_g · mean(1/a + a/u_a²)`; the gradient flows through a as well. Q. Meng et al.,
 * https://arxiv.org/abs/2103.06627.
 *
 * λ_g is 35 in the published runs (`run.sh`); the authors' argument parser has 20, which others took over. Their default
 * boundary is `easy`: no margin where cos θ_y ≤ 0.
 */
export const magface: HeadPlugin = defineHead({
  name: "magface",
  version: "1.0.0",
  summary: "Angular margin that grows with the embedding's length: cos(θ + m(‖x‖)), and a pull to greater lengths",
  reference: "https://arxiv.org/abs/2103.06627",
  formula:
    "z_y = s cos(θ_y + m(a)), m(a) = lm + (um - lm)(a - la)/(ua - la), a = clip(‖x‖, la, ua); + λ mean(1/a + a/ua²)",
  notes: [
    "Below la and above ua the length gets no gradient. A network that ends in a batch norm gives lengths of about the " +
    "square root of its dimension: la and ua have to suit it. The statistic within tells the share between them.",
  ],
  params: z.strictObject({
    la: z.number().min(1e-3).max(100).default(10).describe("Least length l_a, in units of the embedding"),
    ua: z.number().min(1e-2).max(1e4).default(110).describe("Largest length u_a, in units of the embedding, above la"),
    lm: z.number().min(0).max(1).default(0.45).describe("Margin l_m at la, in radians, in [0, 1]"),
    um: z.number().min(0).max(1.5).default(0.8).describe("Margin u_m at ua, in radians, in [0, 1.5], not below lm"),
    lambda: z.number().min(0).max(1e4).default(35).describe(
      "Weight λ_g of the term of the lengths, no unit; 35 in the published runs, 20 in the authors' argument parser",
    ),
    ...marginShape(64, {
      boundary: "easy",
      gradientNote: ", and none flows to the length through the margin",
    }),
  }).superRefine(({ la, ua, lm, um }, context) => {
    if (la >= ua) context.addIssue({ code: "custom", path: ["la"], message: `la = ${la} must be below ua = ${ua}` });
    if (lm > um) context.addIssue({ code: "custom", path: ["lm"], message: `lm = ${lm} must not be above um = ${um}` });
  }),
  create({ la, ua, lm, um, lambda, s, gradient, boundary, epsilon, sampleRate }, context) {
    const rise = (um - lm) / (ua - la);
    return createClassHead({
      sampleRate,
      logits: {
        normalised: true,
        s,
        margin({ cosine, sine, length }) {
          const norm = length(), a = tf.clipByValue(norm, la, ua), m2 = tf.add(tf.mul(tf.sub(a, la), rise), lm);
          const inside = tf.cast(tf.equal(a, norm), "float32");
          const point = evaluateSampleMargin(tensors, { m2, boundary, epsilon }, cosine, sine),
            exact = gradient === "exact";
          const derivative = exact ? point.derivative : tf.onesLike(cosine);
          const growth = tf.sub(1 / ua ** 2, tf.reciprocal(tf.square(a)));
          return {
            target: {
              value: point.value as Tensor1D,
              slope: derivative as Tensor1D,
              ...exact ? { radial: tf.mul(tf.mul(point.inAngle, inside), rise) as Tensor1D } : {},
            },
            penalty: {
              value: tf.mul(tf.add(tf.reciprocal(a), tf.div(a, ua ** 2)), lambda) as Tensor1D,
              slope: tf.mul(tf.mul(growth, inside), lambda) as Tensor1D,
            },
            statistics: {
              pastBoundary: tf.mean(point.past) as Scalar,
              norm: tf.mean(norm) as Scalar,
              margin: tf.mean(m2) as Scalar,
              within: tf.mean(inside) as Scalar,
            },
          };
        },
      },
    }, context);
  },
  size: classWeightCount,
});
