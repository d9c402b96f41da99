/**
 * CurricularFace: ArcFace that turns to hard negatives as training goes on.
 *
 * @module
 */
import { z } from "zod";
import { type Scalar, type Tensor, type Tensor1D, tf } from "../tensor/tf.ts";
import { tensors } from "./algebra.ts";
import { classWeightCount, composedMemory } from "./class_memory.ts";
import { createClassHead } from "./class_head.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { type Boundary, createMargin, evaluateMargin } from "./margin.ts";
import { refuseInert } from "./margin_head.ts";
import { marginShape, momentum, radians, slopeOf } from "./margin_params.ts";
import { moveState, runningState } from "./running_state.ts";

/**
 * Target logit of ArcFace, `s cos(θ_y + m)`; a class with `cos θ_j > cos(θ_y + m)` is hard and gets
 * `s cos θ_j (t + cos θ_j)`, the others keep `s cos θ_j`. Y. Huang et al., https://arxiv.org/abs/2004.00288.
 *
 * t is a running average of the mean cos θ_y from 0, with weight `alpha` of the new batch (the authors have 0.01), moved
 * before it is used; no gradient flows through it. Past the boundary the authors take `fallback`.
 */
export const curricularface: HeadPlugin = defineHead({
  name: "curricularface",
  version: "1.0.0",
  summary: "ArcFace whose hard negatives weigh more as training goes on: cos θ_j (t + cos θ_j)",
  reference: "https://arxiv.org/abs/2004.00288",
  formula: "z_y = s cos(θ_y + m); z_j = s cos θ_j (t + cos θ_j) where cos θ_j > cos(θ_y + m), else s cos θ_j",
  notes: [
    "t is a running average of the mean cos θ_y, from 0; alpha is the weight of a batch in it.",
    "Curve and boundary that describe gives are those of the target, without what becomes of hard negatives.",
  ],
  params: z.strictObject({
    m: radians("m", 0.5),
    alpha: momentum("alpha", 0.01, "; 0.01 in the authors' code, 0.1 in TFace"),
    ...marginShape(64, { boundary: "fallback" }),
  }).superRefine((params, context) => refuseInert("curricularface", marginOf(params), params, context)),
  margin: marginOf,
  create({ m, alpha, s, gradient, boundary, epsilon, sampleRate }, context) {
    const state = runningState("head.t", [0]);
    const margin = createMargin({ m2: m, boundary, epsilon }), plain = createMargin({ m2: m, epsilon });
    return createClassHead({
      sampleRate,
      state: [state],
      logits: {
        normalised: true,
        s,
        margin({ cosine, sine, step }) {
          const t = moveState(state.variable, tf.reshape(tf.mean(cosine), [1]), { momentum: alpha, step });
          const { value, derivative, past } = evaluateMargin(tensors, margin, cosine, sine);
          const limit = tf.expandDims(evaluateMargin(tensors, plain, cosine, sine).value, 1);
          return {
            target: {
              value: value as Tensor1D,
              slope: slopeOf(gradient, derivative),
            },
            others: { context: [limit, t], apply: modulate },
            statistics: {
              pastBoundary: tf.mean(past) as Scalar,
              t: tf.reshape(t, []) as Scalar,
            },
          };
        },
      },
    }, context);
  },
  size: classWeightCount,
  stepMemory: (_, { batch, classes }) => composedMemory(batch * classes, 20),
});

function marginOf(
  { m, boundary, epsilon }: { readonly m: number; readonly boundary: Boundary; readonly epsilon: number },
) {
  return createMargin({ m2: m, boundary, epsilon });
}

/** `c (t + c)` and `t + 2c` where c is above the limit of its sample, `c` and 1 elsewhere. */
function modulate(cosine: Tensor, [limit, t]: readonly Tensor[]): { value: Tensor; slope: Tensor } {
  // 1 where hard, else 0; comparisons that broadcast are slow on WASM.
  const hard = tf.step(tf.sub(cosine, limit!)), more = tf.sub(tf.add(cosine, t!), 1);
  return {
    value: tf.add(cosine, tf.mul(hard, tf.mul(cosine, more))),
    slope: tf.add(tf.mul(hard, tf.add(more, cosine)), 1),
  };
}
