/**
 * Running averages of heads: moved with a step, looked at without.
 *
 * @module
 */
import { type Parameter, parameter } from "../tensor/parameter.ts";
import { type Tensor, tf, type Variable } from "../tensor/tf.ts";

/** A head's running numbers, as a parameter that checkpoints keep and gradients leave alone. */
export function runningState(name: string, values: readonly number[]): Parameter {
  return parameter(name, Float32Array.from(values), { shape: [values.length], role: "statistic" });
}

/**
 * `state ← (1 − momentum) state + momentum · observed`, stored where there is a step; the caller disposes the result.
 *
 * @param observed What the batch shows, shape of the state.
 * @param options Weight of the batch, and the step, if there is one.
 */
export function moveState(
  state: Variable,
  observed: Tensor,
  { momentum, step }: { momentum: number; step: unknown },
): Tensor {
  const moved = tf.add(tf.mul(state, 1 - momentum), tf.mul(observed, momentum));
  if (step) state.assign(moved);
  return moved;
}
