/**
 * Running averages of batch statistics, updated together after the forward pass.
 *
 * @module
 */
import { sgdStep, type SgdVariable } from "../tensor/kernels/mod.ts";
import { type Tensor1D, tf, type Variable } from "../tensor/tf.ts";

/** Batch statistics of a pass, until they reach the running averages. */
export interface Averages {
  /**
   * Notes a batch statistic: `average ← (1 − momentum)·average + momentum·scale·statistic`.
   *
   * @param statistic Its value; the caller keeps it.
   */
  add(average: Variable, statistic: Tensor1D, options: { momentum: number; scale: number }): void;
  /** Updates all averages. */
  update(): void;
  /** Forgets what was noted. */
  dispose(): void;
}

/** An empty collection. */
export function collectAverages(): Averages {
  const groups = new Map<string, { momentum: number; scale: number; variables: SgdVariable[] }>();
  const clear = () => {
    for (const { variables } of groups.values()) tf.dispose(variables.map(({ gradient }) => gradient));
    groups.clear();
  };
  return {
    add(average, statistic, { momentum, scale }) {
      const key = `${momentum}/${scale}`, group = groups.get(key) ?? { momentum, scale, variables: [] };
      // A step of rate `momentum` along average − scale·statistic.
      group.variables.push({ variable: average, gradient: tf.keep(tf.clone(statistic)), weightDecay: 1 });
      groups.set(key, group);
    },
    update() {
      for (const { momentum, scale, variables } of groups.values()) {
        sgdStep(variables, { rate: momentum, momentum: 0, nesterov: false, gradientScale: -scale });
      }
      clear();
    },
    dispose: clear,
  };
}
