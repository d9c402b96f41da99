/**
 * What heads on the hypersphere share: normalised features and class weights, scaled cosines, a margin on the target.
 *
 * @module
 */
import { type Scalar, type Tensor1D, tf } from "../tensor/tf.ts";
import { tensors } from "./algebra.ts";
import { createClassHead } from "./class_head.ts";
import type { ClassLogits } from "./class_logits.ts";
import type { Head, HeadContext } from "./head.ts";
import { evaluateMargin, type Margin } from "./margin.ts";
import { type GradientMode, slopeOf } from "./margin_params.ts";

/** Settings of {@link createMarginSoftmax}. */
export interface MarginSoftmaxOptions {
  /** Scale `s` of the logits. */
  readonly s: number;
  /** Margin on the target; without one the head is the norm-softmax. */
  readonly margin?: Margin;
  /** `exact`: the gradient of the formula; `detached`: `s`, straight through. */
  readonly gradient?: GradientMode;
  /** Share of the classes that a step samples and updates; by default all. */
  readonly sampleRate?: number;
  /** Factor of the loss; by default 1. */
  readonly factor?: number;
  /** Centres of a class, of which the nearest counts; by default 1. */
  readonly centres?: number;
}

/**
 * Makes a head with logits `z_j = s cos θ_j` and `z_y = s φ(θ_y)`, under softmax cross-entropy.
 *
 * Statistics: `targetAngle`, mean θ_y in radians; with a margin also `pastBoundary`, the share of samples whose
 * margined angle passes π.
 */
export function createMarginSoftmax(options: MarginSoftmaxOptions, context: HeadContext): Head {
  const { s, margin, gradient = "exact", sampleRate = 1, factor = 1, centres = 1 } = options;
  const plain: ClassLogits = { normalised: true, s, factor, centres };
  return createClassHead({ logits: margin ? withMargin(plain, margin, gradient) : plain, sampleRate }, context);
}

/** Logits whose target has a margin, evaluated in closed form. */
function withMargin(logits: ClassLogits, margin: Margin, gradient: GradientMode): ClassLogits {
  return {
    ...logits,
    margin({ cosine, sine }) {
      const point = evaluateMargin(tensors, margin, cosine, sine);
      return {
        target: { value: point.value as Tensor1D, slope: slopeOf(gradient, point.derivative) },
        statistics: { pastBoundary: tf.mean(point.past) as Scalar },
      };
    },
  };
}
