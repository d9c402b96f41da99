/**
 * What heads on the hypersphere share: normalised features and class weights, scaled cosines, a margin on the target.
 *
 * @module
 */
import { disposeParameters } from "../tensor/parameter.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { angleOf, tensors } from "./algebra.ts";
import { crossEntropy } from "./cross_entropy.ts";
import type { Head, HeadContext, HeadOutput } from "./head.ts";
import { normalizeRows, rowProducts } from "./linear.ts";
import { evaluateMargin, type Margin } from "./margin.ts";
import type { GradientMode } from "./margin_params.ts";
import { classWeights, oneHotTargets, tidyOutput } from "./parts.ts";

/** Settings of {@link createMarginSoftmax}. */
export interface MarginSoftmaxOptions {
  /** Scale `s` of the logits. */
  readonly s: number;
  /** Margin on the target; without one the head is the norm-softmax. */
  readonly margin?: Margin;
  /** `exact`: the gradient of the formula; `detached`: `s`, straight through. */
  readonly gradient?: GradientMode;
}

/**
 * Makes a head with logits `z_j = s cos θ_j` and `z_y = s φ(θ_y)`, under softmax cross-entropy.
 *
 * Statistics: `targetAngle`, mean θ_y in radians; with a margin also `pastBoundary`, the share of samples whose
 * margined angle passes π.
 */
export function createMarginSoftmax(options: MarginSoftmaxOptions, context: HeadContext): Head {
  const weight = classWeights(context);
  return {
    parameters: [weight],
    loss: (embeddings, labels) =>
      tidyOutput(() => {
        const target = oneHotTargets(embeddings, labels, context);
        const cosine = cosines(embeddings, weight.variable as Tensor2D);
        return marginLoss(cosine, target, options);
      }),
    dispose: () => disposeParameters([weight]),
  };
}

/**
 * Cosine of every embedding to every class weight, `x̂ ŵᵀ`.
 *
 * @param embeddings Shape `[batch, d]`, of any length.
 * @param weights Shape `[classes, d]`, of any length.
 * @returns Shape `[batch, classes]`; the caller disposes it.
 */
export function cosines(embeddings: Tensor2D, weights: Tensor2D): Tensor2D {
  return tf.tidy(() => rowProducts(normalizeRows(embeddings), normalizeRows(weights)));
}

/** Loss and statistics of cosines; the margin is evaluated in closed form, so no gradient is taken through it. */
function marginLoss(cosine: Tensor2D, target: Tensor2D, options: MarginSoftmaxOptions): HeadOutput {
  const { s, margin, gradient = "exact" } = options;
  const targetCosine = tf.sum(tf.mul(cosine, target), 1) as Tensor1D;
  const targetAngle = tf.mean(angleOf(tensors, targetCosine)) as Scalar;
  if (!margin) return { loss: crossEntropy(tf.mul(cosine, s), target), statistics: { targetAngle } };
  const point = evaluateMargin(tensors, margin, targetCosine);
  const offset = tf.sub(point.value, targetCosine);
  const slope = gradient === "exact" ? point.derivative : tf.onesLike(point.derivative);
  const logits = marginLogits(cosine, target, { s, offset, slope });
  return {
    loss: crossEntropy(logits, target),
    statistics: { targetAngle, pastBoundary: tf.mean(point.past) as Scalar },
  };
}

/** Logits `s (cos θ_j + [j = y] offset)`, whose derivative in the target cosine is `s slope`. */
function marginLogits(
  cosine: Tensor2D,
  target: Tensor2D,
  { s, offset, slope }: { s: number; offset: Tensor; slope: Tensor },
): Tensor2D {
  const op = tf.customGrad((c, save) => {
    const extra = tf.mul(tf.expandDims(tf.sub(slope, 1), 1), s);
    (save as tf.GradSaveFunc)([target, extra]);
    return {
      value: tf.mul(tf.add(c as Tensor, tf.mul(target, tf.expandDims(offset, 1))), s),
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, tf.add(tf.mul(saved[0]!, saved[1]!), s)),
    };
  });
  return op(cosine) as Tensor2D;
}
