/**
 * AdaCos: a scale that adapts itself, and no margin.
 *
 * @module
 */
import { z } from "zod";
import { type Scalar, tf } from "../tensor/tf.ts";
import { createClassHead } from "./class_head.ts";
import { classWeightCount } from "./class_memory.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { medianOf } from "./ranks.ts";
import { runningState } from "./running_state.ts";

/**
 * Logits `s cos θ_j` with `s₀ = √2 ln(C − 1)` for C classes and, in training step t,
 * `s_t = ln(B) / cos(min(π/4, θ_med))`, where B is the batch's mean of `Σ_{j≠y} e^{s_{t−1} cos θ_j}` and θ_med the median
 * of θ_y; no gradient flows through s. Each part of a batch has its own s_t, of which the last is kept. X. Zhang et al., https://arxiv.org/abs/1905.00292.
 */
export const adacos: HeadPlugin = defineHead({
  name: "adacos",
  version: "1.0.0",
  summary: "Norm-softmax whose scale follows the number of classes and the batch's median angle; nothing to tune",
  reference: "https://arxiv.org/abs/1905.00292",
  formula:
    "z_j = s_t cos θ_j, s_t = ln(mean Σ_{j≠y} e^(s_{t-1} cos θ_j)) / cos(min(pi/4, θ_med)), s_0 = sqrt(2) ln(C - 1)",
  notes: [
    "θ_med is the median of the batch's target angles; each part of a batch has its own scale, of which the last is kept.",
  ],
  params: z.strictObject({
    dynamic: z.boolean().default(true).describe("Whether s follows the batches; if not, it stays sqrt(2) ln(C - 1)"),
  }),
  create({ dynamic }, context) {
    const first = Math.SQRT2 * Math.log(Math.max(3, context.classes) - 1);
    if (!dynamic) return createClassHead({ logits: { normalised: true, s: first } }, context);
    const state = runningState("head.scale", [first]);
    return createClassHead({
      state: [state],
      logits: {
        normalised: true,
        s: 1,
        margin({ cosine, sine, others, step }) {
          const [max, sum] = tf.unstack(others(tf.reshape(state.variable, []) as Scalar), 1) as [tf.Tensor, tf.Tensor];
          // The greatest exponent is taken out of the mean, which then cannot overflow.
          const top = tf.max(max), total = tf.add(tf.log(tf.mean(tf.mul(sum, tf.exp(tf.sub(max, top))))), top);
          const median = medianOf(tf.atan2(sine, cosine));
          const next = tf.div(total, tf.cos(tf.minimum(median, Math.PI / 4)));
          // All parts of a batch begin at the scale of the batch before.
          if (step && step.place.index === step.place.count - 1) state.variable.assign(tf.reshape(next, [1]));
          return { scale: next as Scalar, statistics: { scale: next as Scalar } };
        },
      },
    }, context);
  },
  size: classWeightCount,
});
