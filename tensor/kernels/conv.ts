/**
 * Convolutions and their gradients, as layers call them: on every backend by tfjs's names for the kernels, on WebGPU
 * also on half tensors.
 *
 * @module
 */
import type { Tensor4D } from "../tf.ts";
import type { Shape4D } from "./geometry.ts";
import { runKernel } from "./kernel.ts";

/** Where the windows of a convolution lie. */
export interface ConvOptions {
  /** Steps between windows, down and across. */
  readonly stride: number;
  /** Zeros around the image on every side. */
  readonly padding: number;
}

/**
 * `y[n, i, j, o] = Σ x[n, i·s + a − p, j·s + b − p, c]·w[a, b, c, o]`, with stride s and padding p.
 *
 * @param x Images, `[batch, height, width, channels]`, or a half tensor of that shape.
 * @param filter `w`, `[kh, kw, channels, out]`, float32.
 * @param options Geometry, and how the result is stored: `f32` (default) or, on WebGPU alone, `f16`.
 * @returns The caller disposes it.
 */
export function conv2d(
  x: Tensor4D,
  filter: Tensor4D,
  { storage = "f32", ...options }: ConvOptions & { readonly storage?: "f32" | "f16" },
): Tensor4D {
  return runKernel("Conv2D", { x, filter }, { ...attributesOf(options), storage })[0] as Tensor4D;
}

/**
 * Gradient of {@link conv2d} in the images.
 *
 * @param dy Gradient of the result; the gradient in the images is stored as it is.
 * @param inputShape Shape of the images, in channels.
 * @returns The caller disposes it.
 */
export function convInputGradient(
  dy: Tensor4D,
  filter: Tensor4D,
  inputShape: Shape4D,
  options: ConvOptions,
): Tensor4D {
  return runKernel("Conv2DBackpropInput", { dy, filter }, { ...attributesOf(options), inputShape })[0] as Tensor4D;
}

/**
 * Gradient of {@link conv2d} in the filter, float32 whatever the storage of the others.
 *
 * @param filterShape Shape of the filter.
 * @returns The caller disposes it.
 */
export function convFilterGradient(
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: Shape4D,
  options: ConvOptions,
): Tensor4D {
  return runKernel("Conv2DBackpropFilter", { x, dy }, { ...attributesOf(options), filterShape })[0] as Tensor4D;
}

function attributesOf({ stride, padding }: ConvOptions): Record<string, unknown> {
  return { strides: stride, pad: padding, dataFormat: "NHWC", dilations: 1 };
}
