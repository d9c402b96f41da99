/**
 * The update of stochastic gradient descent over all variables, in place.
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
}

/** `g ← g + λ p`, `v ← μ v + g`, `p ← p − η v`, or with Nesterov's momentum `p ← p − η (g + μ v)`. */
export function sgdStep(variables: readonly SgdVariable[], step: SgdStep): void {
  tf.tidy(() => variables.forEach((one) => composedStep(one, step)));
}

/** The update of one variable in plain tfjs ops. */
export function composedStep(one: SgdVariable, { rate, momentum, nesterov }: SgdStep): void {
  const { variable, velocity, weightDecay } = one;
  const gradient = weightDecay === 0 ? one.gradient : tf.add(one.gradient, tf.mul(variable, weightDecay));
  let direction = gradient;
  if (velocity) {
    velocity.assign(tf.add(tf.mul(velocity, momentum), gradient));
    direction = nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
  }
  variable.assign(tf.sub(variable, tf.mul(direction, rate)));
}
