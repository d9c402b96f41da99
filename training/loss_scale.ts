/**
 * Dynamic loss scaling: float16 gradients below 6e-8 vanish and those above 65,504 overflow, so the loss is scaled up
 * as far as they allow.
 *
 * Source: P. Micikevicius et al., https://arxiv.org/abs/1710.03740; the schedule is PyTorch's `GradScaler`.
 *
 * @module
 */
import { allFinite } from "../tensor/kernels/half.ts";
import type { RowGradient } from "../tensor/kernels/mod.ts";
import { type Parameter, parameter } from "../tensor/parameter.ts";
import { type Tensor, tf } from "../tensor/tf.ts";
import { valuesOf } from "./step.ts";

/** The factor of the loss and how it adapts. */
export interface LossScale {
  /** Factor and number of updates since it last changed, for checkpoints. */
  readonly state: readonly Parameter[];
  /** The factor of the next step. */
  factor(): number;
  /** Whether a step's gradients are finite; adapts the factor. */
  accept(gradients: readonly (Tensor | RowGradient)[]): Promise<boolean>;
  /** Reads the factor anew, after a checkpoint was loaded. */
  restore(): Promise<void>;
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

/** Starts at `initial` (2¹⁶), halves at an overflow, doubles after `growthInterval` (2,000) updates without one. */
export function createLossScale({ initial = 65_536, growthInterval = 2_000 }: LossScaleOptions = {}): LossScale {
  let factor = initial, good = 0;
  const state = parameter("loss_scale", Float32Array.of(factor, good), { shape: [2], role: "statistic" });
  const note = () => tf.tidy(() => state.variable.assign(tf.tensor1d([factor, good])));
  return {
    state: [state],
    factor: () => factor,
    async accept(gradients) {
      const flag = allFinite(gradients.map(valuesOf)), [finite] = await flag.data();
      flag.dispose();
      if (finite) good++;
      else factor /= 2, good = 0;
      if (good === growthInterval) factor *= 2, good = 0;
      note();
      return finite === 1;
    },
    async restore() {
      [factor, good] = await state.variable.data() as unknown as [number, number];
    },
    dispose: () => state.variable.dispose(),
  };
}
