/**
 * Dynamic loss scaling: float16 gradients below 6e-8 vanish and those above 65,504 overflow, so the loss is scaled up
 * as far as they allow. The factor lives on the device: no step waits to read whether it overflowed.
 *
 * Source: P. Micikevicius et al., https://arxiv.org/abs/1710.03740; the schedule is PyTorch's `GradScaler`.
 *
 * @module
 */
import { allFinite } from "../tensor/kernels/half.ts";
import type { RowGradient } from "../tensor/kernels/mod.ts";
import { type Parameter, parameter } from "../tensor/parameter.ts";
import { type Scalar, type Tensor, type Tensor1D, tf } from "../tensor/tf.ts";
import { valuesOf } from "./step.ts";

/** The factor of the loss and how it adapts. */
export interface LossScale {
  /** Factor and number of updates since it last changed, for checkpoints. */
  readonly state: readonly Parameter[];
  /** The factor of the next step, shape `[]`; the caller disposes it. */
  factor(): Scalar;
  /** Reads the factor of the next step. */
  read(): Promise<number>;
  /**
   * Looks for overflow and adapts the factor.
   *
   * @returns What undoes the factor, and 1, or 0 where a gradient is not finite; shape `[2]`, the caller disposes it.
   */
  accept(gradients: readonly (Tensor | RowGradient)[]): Tensor1D;
  /** Frees the state. */
  dispose(): void;
}

/** Settings of {@link createLossScale}. */
export interface LossScaleOptions {
  /** First factor. */
  readonly initial?: number;
  /** Updates without overflow after which the factor is doubled. */
  readonly growthInterval?: number;
}

/** The factor does not fall below this: gradients that overflow even so never come back. */
export const LEAST_FACTOR: number = 2 ** -14;

/** Starts at `initial` (2¹⁶), halves at an overflow, doubles after `growthInterval` (2,000) updates without one. */
export function createLossScale({ initial = 65_536, growthInterval = 2_000 }: LossScaleOptions = {}): LossScale {
  const state = parameter("loss_scale", Float32Array.of(initial, 0), { shape: [2], role: "statistic" });
  const parts = () => tf.unstack(state.variable) as [Scalar, Scalar];
  return {
    state: [state],
    factor: () => tf.tidy(() => parts()[0]),
    read: async () => (await state.variable.data())[0]!,
    accept: (gradients) =>
      tf.tidy(() => {
        const finite = allFinite(gradients.map(valuesOf)) as Scalar, [factor, updates] = parts();
        const counted = tf.mul(tf.add(updates, 1), finite), grown = tf.equal(counted, growthInterval);
        const halved = tf.maximum(tf.div(factor, 2), LEAST_FACTOR);
        const next = tf.where(tf.cast(finite, "bool"), tf.where(grown, tf.mul(factor, 2), factor), halved);
        state.variable.assign(tf.stack([next, tf.where(grown, tf.zerosLike(counted), counted)]) as Tensor1D);
        return tf.stack([tf.div(1, factor), finite]) as Tensor1D;
      }),
    dispose: () => state.variable.dispose(),
  };
}
