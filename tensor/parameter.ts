/**
 * Named parameters: what a backbone or a head owns, what an optimizer updates and a checkpoint stores.
 *
 * @module
 */
import { tf, type Variable } from "./tf.ts";
import type { TorchLayout } from "./torch_layout.ts";

/** What a parameter is, so that optimizers can treat groups apart. */
export type ParameterRole = "weight" | "bias" | "norm" | "slope" | "class" | "statistic";

/** A variable with the name that checkpoints and exported weights use. */
export interface Parameter {
  /** Name as in the public PyTorch weights, such as `layer1.0.conv1.weight`. */
  readonly name: string;
  /** What it is. */
  readonly role: ParameterRole;
  /** Whether gradients update it; running statistics are not trainable. */
  readonly trainable: boolean;
  /** Order of its dimensions in PyTorch; absent for vectors, which lie alike on both sides. */
  readonly layout?: TorchLayout;
  /** The value, owned by the module that made it. */
  readonly variable: Variable;
}

/**
 * Makes a parameter from numbers on the host.
 *
 * @param name Name in checkpoints.
 * @param values Values in row-major order.
 * @param options Shape, role, whether gradients update it (default: all but `statistic`), layout in PyTorch.
 */
export function parameter(
  name: string,
  values: Float32Array,
  options: { shape: number[]; role: ParameterRole; trainable?: boolean; layout?: TorchLayout },
): Parameter {
  const trainable = options.trainable ?? options.role !== "statistic";
  const variable = tf.tidy(() => tf.variable(tf.tensor(values, options.shape, "float32"), trainable));
  const { role, layout } = options;
  return Object.freeze({ name, role, trainable, ...layout && { layout }, variable });
}

/** Frees the variables of `parameters`. */
export function disposeParameters(parameters: readonly Parameter[]): void {
  for (const { variable } of parameters) variable.dispose();
}
