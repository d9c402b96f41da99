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
  /** Factor of the learning rate, by default 1. */
  readonly rateFactor?: number;
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
  /**
   * Shape `[2]`, known to the device alone: a further factor of every gradient, and 1, or 0 where nothing is to be
   * updated, whatever the gradients hold.
   */
  readonly gate?: Tensor;
}

/** The update of one variable in plain tfjs ops. */
export function composedStep(one: SgdVariable, step: SgdStep): void {
  const { variable, velocity, weightDecay, rateFactor = 1 } = one,
    { rate, momentum, nesterov, gradientScale = 1 } = step;
  const [factor, open] = step.gate ? tf.unstack(step.gate) as [Tensor, Tensor] : [];
  const assign = (to: Variable, value: Tensor) =>
    to.assign(open ? tf.where(tf.broadcastTo(tf.cast(open, "bool"), to.shape), value, to) : value);
  const times = factor ? tf.mul(one.gradient, factor) : one.gradient;
  const scaled = gradientScale === 1 ? times : tf.mul(times, gradientScale);
  const gradient = weightDecay === 0 ? scaled : tf.add(scaled, tf.mul(variable, weightDecay));
  let direction = gradient;
  if (velocity) {
    const speed = tf.add(tf.mul(velocity, momentum), gradient);
    direction = nesterov ? tf.add(gradient, tf.mul(speed, momentum)) : speed;
    assign(velocity, speed);
  }
  assign(variable, tf.sub(variable, tf.mul(direction, rate * rateFactor)));
}
