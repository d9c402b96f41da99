/**
 * The contracts of optimizers and learning-rate schedules.
 *
 * @module
 */
import { definePlugin, type ParamsOf, type ParamsSchema, type Plugin } from "../plugin/mod.ts";
import type { RowGradient } from "../tensor/kernels/class_rows.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Tensor, Tensor1D } from "../tensor/tf.ts";

/** An optimizer at work: owns its state. */
export interface Optimizer {
  /** State as named parameters (momentum buffers and the like), in a fixed order, for checkpoints. */
  readonly state: readonly Parameter[];
  /**
   * Updates the trainable parameters in place.
   *
   * @param gradients Gradient of each trainable parameter, in the order that `create` was given, not disposed; of a
   *   {@link RowGradient} only those rows of value and state are touched.
   * @param learningRate The step's learning rate.
   * @param gates Of a loss scale or of clipping, for each gradient, shape `[2]`, on the device: a factor of the
   *   gradient, and 1, or 0 where gradients have overflowed and neither parameters nor state may change. Most share
   *   one tensor; none for gradients that are taken as they are.
   */
  update(
    gradients: readonly (Tensor | RowGradient)[],
    learningRate: number,
    gates?: readonly (Tensor1D | undefined)[],
  ): void;
  /** Frees the state. */
  dispose(): void;
}

/** An optimizer as a plugin value. */
export interface OptimizerPlugin extends Plugin {
  /** What it plugs into. */
  readonly kind: "optimizer";
  /** Makes the optimizer for these trainable parameters. */
  create(params: Record<string, unknown>, trainable: readonly Parameter[]): Optimizer;
}

/** An {@link OptimizerPlugin} as written, with typed parameters. */
export interface OptimizerDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** See {@link OptimizerPlugin.create}. */
  create(params: ParamsOf<S>, trainable: readonly Parameter[]): Optimizer;
}

/** Declares an optimizer; see {@link OptimizerPlugin}. */
export function defineOptimizer<S extends ParamsSchema>(definition: OptimizerDefinition<S>): OptimizerPlugin {
  return definePlugin({ ...definition, kind: "optimizer" } as unknown as OptimizerPlugin);
}

/** A learning-rate schedule as a plugin value. */
export interface SchedulePlugin extends Plugin {
  /** What it plugs into. */
  readonly kind: "schedule";
  /** Learning rate as a function of the step (from 0), for a run of `steps` steps. */
  create(params: Record<string, unknown>, steps: number): (step: number) => number;
}

/** A {@link SchedulePlugin} as written, with typed parameters. */
export interface ScheduleDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** See {@link SchedulePlugin.create}. */
  create(params: ParamsOf<S>, steps: number): (step: number) => number;
}

/** Declares a schedule; see {@link SchedulePlugin}. */
export function defineSchedule<S extends ParamsSchema>(definition: ScheduleDefinition<S>): SchedulePlugin {
  return definePlugin({ ...definition, kind: "schedule" } as unknown as SchedulePlugin);
}
