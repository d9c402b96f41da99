/**
 * Exponential moving average of weights, which is evaluated in place of the weights.
 *
 * Source: B. Polyak and A. Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J. Control Optim.,
 * 1992; with a fixed decay as in PyTorch's `torch.optim.swa_utils.get_ema_avg_fn`.
 *
 * @module
 */
import { sgdStep } from "../tensor/kernels/mod.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { tf } from "../tensor/tf.ts";

/** The average at work: owns its copy of every parameter. */
export interface WeightAverage {
  /** The averages, named as their parameters and in their order, for checkpoints. */
  readonly state: readonly Parameter[];
  /** `a ← d a + (1 − d) p`, after an update of the parameters; an update that is left out counts p once more. */
  update(): void;
  /** Puts the averages in place of the parameters, when training is over. */
  apply(): void;
  /**
   * Puts the averages in place of the parameters for a while.
   *
   * @returns Puts the parameters back, to the bit; call it before the next update.
   */
  lend(): () => void;
  /** Frees the averages. */
  dispose(): void;
}

/**
 * Averages parameters and running statistics, starting at their present values.
 *
 * @param parameters What is averaged.
 * @param decay Share d of the average that an update keeps, in `[0, 1)`.
 */
export function averageWeights(parameters: readonly Parameter[], decay: number): WeightAverage {
  const state = parameters.map(({ name, variable }): Parameter =>
    // Data of its own: in a clone, the first update of the parameter would not be in place.
    Object.freeze({
      name,
      role: "statistic",
      trainable: false,
      variable: tf.tidy(() => tf.variable(tf.add(variable, 0), false)),
    })
  );
  return {
    state,
    update() {
      // A step of rate 1 − d along a − p.
      const step = { rate: 1 - decay, momentum: 0, nesterov: false, gradientScale: -1 };
      sgdStep(
        state.map(({ variable }, i) => ({ variable, gradient: parameters[i]!.variable, weightDecay: 1 })),
        step,
      );
    },
    apply: () => state.forEach(({ variable }, i) => parameters[i]!.variable.assign(variable)),
    lend() {
      const kept = parameters.map(({ variable }) => tf.keep(tf.clone(variable)));
      state.forEach(({ variable }, i) => parameters[i]!.variable.assign(variable));
      return () => {
        kept.forEach((values, i) => parameters[i]!.variable.assign(values));
        tf.dispose(kept);
      };
    },
    dispose: () => state.forEach(({ variable }) => variable.dispose()),
  };
}
