/**
 * Running averages of heads: moved with a step, looked at without.
 *
 * @module
 */
import { type Parameter, parameter } from "../tensor/parameter.ts";
import { type Tensor, tf, type Variable } from "../tensor/tf.ts";
import type { HeadStep } from "./head.ts";

/** A head's running numbers, as a parameter that checkpoints keep and gradients leave alone. */
export function runningState(name: string, values: readonly number[]): Parameter {
  return parameter(name, Float32Array.from(values), { shape: [values.length], role: "statistic" });
}

/**
 * `state ← (1 − μ) state + μ · observed`, stored where there is a step; the caller disposes the result.
 *
 * Of a batch in n parts each part moves it by `1 − (1 − μ)^(1/n)`, so that the batch has moved it by μ.
 *
 * @param observed What the batch, or its part, shows; shape of the state.
 * @param options Weight μ of the batch, and the step, if there is one.
 */
export function moveState(
  state: Variable,
  observed: Tensor,
  { momentum, step }: { momentum: number; step: HeadStep | undefined },
): Tensor {
  const weight = 1 - (1 - momentum) ** (1 / (step?.place.count ?? 1));
  const moved = tf.add(tf.mul(state, 1 - weight), tf.mul(observed, weight));
  if (step) state.assign(moved);
  return moved;
}
