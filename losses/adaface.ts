/**
 * AdaFace: a margin that follows the embedding's length, as a measure of image quality.
 *
 * @module
 */
import { z } from "zod";
import { type Scalar, type Tensor, type Tensor1D, tf } from "../tensor/tf.ts";
import { clampedAngle, tensors } from "./algebra.ts";
import { createClassHead } from "./class_head.ts";
import { classWeightCount } from "./class_memory.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { cosineMargin, momentum, sampleRate, scale } from "./margin_params.ts";
import { moveState, runningState } from "./running_state.ts";

/** Lengths are clipped to these before they are averaged. */
const SHORTEST = 1e-3, LONGEST = 100;

/**
 * Target logit `s (cos(θ_y − m ẑ) − (m + m ẑ))` with `ẑ = clip(h (‖x‖ − μ) / (σ + 0.001), −1, 1)`, through which no
 * gradient flows, and angle and cosine clipped to `[ε, π − ε]` and `±(1 − ε)`; M. Kim et al.,
 * https://arxiv.org/abs/2204.00964.
 *
 * μ and σ are running averages of the mean and the unbiased standard deviation of the lengths in a batch, from 20 and
 * 100, with weight `tAlpha` of the new batch, moved before they are used. The published training has 0.01; the default 1.0
 * of the authors' `head.py` forgets everything but the batch.
 */
export const adaface: HeadPlugin = defineHead({
  name: "adaface",
  version: "1.0.0",
  summary: "Margin by image quality, told by the embedding's length: cos(θ - m ẑ) - (m + m ẑ)",
  reference: "https://arxiv.org/abs/2204.00964",
  formula: "z_y = s (cos(θ_y - m ẑ) - (m + m ẑ)), ẑ = clip(h (‖x‖ - μ) / (σ + 0.001), -1, 1), z_j = s cos θ_j",
  notes: [
    "μ and σ are running averages of the mean and standard deviation of the lengths in a batch, from 20 and 100.",
    "Lengths are clipped to [0.001, 100]; no gradient flows through ẑ.",
  ],
  params: z.strictObject({
    m: cosineMargin("m", 0.4),
    h: z.number().min(0).max(10).default(0.333).describe("Concentration h of the quality ẑ, no unit, in [0, 10]"),
    s: scale(64),
    tAlpha: momentum(
      "t_α",
      0.01,
      "; 0.01 in the published runs, the 1.0 of the authors' head.py forgets all but the batch",
    ),
    epsilon: z.number().min(1e-6).max(1e-2).default(1e-3).describe(
      "ε: the cosine is clipped to ±(1 - ε), the margined angle to [ε, pi - ε]; in [1e-6, 1e-2]",
    ),
    sampleRate: sampleRate(),
  }),
  create({ m, h, s, tAlpha, epsilon, sampleRate }, context) {
    const state = runningState("head.norm", [20, 100]);
    return createClassHead({
      sampleRate,
      state: [state],
      logits: {
        normalised: true,
        s,
        margin({ cosine, sine: across, length, step }) {
          const norm = tf.clipByValue(length(), SHORTEST, LONGEST), n = cosine.shape[0], mean = tf.mean(norm);
          const deviation = tf.sqrt(tf.div(tf.sum(tf.square(tf.sub(norm, mean))), Math.max(1, n - 1)));
          const moved = moveState(state.variable, tf.stack([mean, deviation]), { momentum: tAlpha, step });
          const [average, spread] = tf.unstack(moved) as [Scalar, Scalar];
          const quality = tf.clipByValue(tf.mul(tf.div(tf.sub(norm, average), tf.add(spread, 1e-3)), h), -1, 1);
          const turn = tf.mul(quality, -m), known = { cosine: cosine as Tensor, sine: across, epsilon };
          const { cosine: c, sine } = clampedAngle(tensors, known), angle = tf.add(tf.atan2(sine, c), turn);
          const cosTurn = tf.cos(turn), sinTurn = tf.sin(turn);
          const inner = tf.sub(tf.mul(c, cosTurn), tf.mul(sine, sinTurn));
          const slope = tf.div(tf.add(tf.mul(sine, cosTurn), tf.mul(c, sinTurn)), sine);
          const above = tf.greater(angle, epsilon), below = tf.less(angle, Math.PI - epsilon);
          const clipped = tf.where(above, tf.where(below, inner, -Math.cos(epsilon)), Math.cos(epsilon));
          // Behind a clip there is no gradient.
          const free = tf.logicalAnd(tf.logicalAnd(above, below), tf.equal(c, cosine));
          return {
            target: {
              value: tf.sub(clipped, tf.add(tf.mul(quality, m), m)) as Tensor1D,
              slope: tf.mul(slope, tf.cast(free, "float32")) as Tensor1D,
            },
            statistics: {
              pastBoundary: tf.mean(tf.sub(1, tf.cast(below, "float32"))) as Scalar,
              norm: mean as Scalar,
              quality: tf.mean(quality) as Scalar,
            },
          };
        },
      },
    }, context);
  },
  size: classWeightCount,
});
