/**
 * Rows of a parameter: reading and writing those that a step has sampled, and leaving the others alone.
 *
 * @module
 */
import { type Tensor, type Tensor1D, tf } from "../tf.ts";
import { runKernel } from "./kernel.ts";
import { forgetHostCopy } from "./webgpu/class_rows.ts";

/** Gradient of some rows of a parameter; the step leaves all others as they are. */
export interface RowGradient {
  /** Indices along the first axis, ascending, each once, int32, shape `[n]`; may be empty. */
  readonly rows: Tensor1D;
  /** Their gradients, shape `[n, …]`. */
  readonly values: Tensor;
}

/** Whether a gradient is that of some rows only. */
export function isRowGradient(gradient: Tensor | RowGradient): gradient is RowGradient {
  return "rows" in gradient && "values" in gradient;
}

/** The rows of `x` with these indices, shape `[n, …]`; the caller disposes them. */
export function gatherRows<T extends Tensor>(x: T, rows: Tensor1D): T {
  if (rows.size === 0) return tf.tensor([], [0, ...x.shape.slice(1)], "float32") as T;
  return runKernel("MarginlabGatherRows", { x, rows })[0] as T;
}

/**
 * `x` with some rows replaced; the caller disposes it. In place where nothing else shares the memory of `x`: assign the
 * result to the variable that `x` is.
 */
export function scatterRows<T extends Tensor>(x: T, { rows, values }: RowGradient): T {
  if (rows.size === 0) return tf.clone(x);
  return runKernel("MarginlabScatterRows", { x, rows, values })[0] as T;
}

/** A row gradient as a whole one, zero in all other rows; the caller disposes it. */
export function wholeGradient(shape: readonly number[], gradient: RowGradient): Tensor {
  return tf.tidy(() => scatterRows(tf.zeros(shape as number[]), gradient));
}

/**
 * Leaves a tensor on the device alone: WebGPU tensors made from numbers keep those on the host too.
 *
 * @returns Whether the numbers that it was made from are free for other use.
 */
export function keepOnDevice(x: Tensor): boolean {
  if (tf.getBackend() !== "webgpu") return false;
  forgetHostCopy(tf.backend(), x);
  return true;
}
