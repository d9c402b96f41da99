/**
 * What an update of stochastic gradient descent is, and that update in plain tfjs ops.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../tf.ts";

/** One variable to update. */
export interface SgdVariable {
  /** Value `p`. */
  readonly variable: Variable;
  /** Velocity `v`; absent without momentum. */
  readonly velocity?: Variable;
  /** Gradient `g`; not changed. */
  readonly gradient: Tensor;
  /** L2 penalty λ. */
  readonly weightDecay: number;
}

/** What all variables share. */
export interface SgdStep {
  /** Learning rate η. */
  readonly rate: number;
  /** Momentum μ. */
  readonly momentum: number;
  /** Whether the step is along `g + μ v`. */
  readonly nesterov: boolean;
  /** Factor of every gradient, by default 1. */
  readonly gradientScale?: number;
}

/** The update of one variable in plain tfjs ops. */
export function composedStep(one: SgdVariable, { rate, momentum, nesterov, gradientScale = 1 }: SgdStep): void {
  const { variable, velocity, weightDecay } = one;
  const scaled = gradientScale === 1 ? one.gradient : tf.mul(one.gradient, gradientScale);
  const gradient = weightDecay === 0 ? scaled : tf.add(scaled, tf.mul(variable, weightDecay));
  let direction = gradient;
  if (velocity) {
    velocity.assign(tf.add(tf.mul(velocity, momentum), gradient));
    direction = nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
  }
  variable.assign(tf.sub(variable, tf.mul(direction, rate)));
}
