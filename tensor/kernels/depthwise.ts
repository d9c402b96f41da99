/**
 * Depthwise convolutions and their gradients, as layers call them: on every backend by tfjs's names for the kernels, on
 * WebGPU also on half tensors.
 *
 * @module
 */
import type { Tensor4D } from "../tf.ts";
import type { ConvOptions } from "./conv.ts";
import type { Shape4D } from "./geometry.ts";
import { runKernel } from "./kernel.ts";

/**
 * `y[n, i, j, c·m + q] = Σ x[n, i·s + a − p, j·s + b − p, c]·w[a, b, c, q]`, with stride s, padding p and m filters a
 * channel.
 *
 * @param x Images, `[batch, height, width, channels]`, or, with one filter a channel, a half tensor of that shape.
 * @param filter `w`, `[kh, kw, channels, m]`.
 * @param options Geometry, and how the result is stored: `f32` (default) or, on WebGPU alone, `f16`.
 * @returns The caller disposes it.
 */
export function depthwiseConv2d(
  x: Tensor4D,
  filter: Tensor4D,
  { storage = "f32", ...options }: ConvOptions & { readonly storage?: "f32" | "f16" },
): Tensor4D {
  return runKernel("DepthwiseConv2dNative", { x, filter }, { ...attributesOf(options), storage })[0] as Tensor4D;
}

/**
 * Gradient of {@link depthwiseConv2d} in the images.
 *
 * @param dy Gradient of the result; the gradient in the images is stored as it is.
 * @param inputShape Shape of the images, in channels.
 * @returns The caller disposes it.
 */
export function depthwiseInputGradient(
  dy: Tensor4D,
  filter: Tensor4D,
  inputShape: Shape4D,
  options: ConvOptions,
): Tensor4D {
  const attributes = { ...attributesOf(options), inputShape };
  return runKernel("DepthwiseConv2dNativeBackpropInput", { dy, filter }, attributes)[0] as Tensor4D;
}

/**
 * Gradient of {@link depthwiseConv2d} in the filter, float32 whatever the storage of the others.
 *
 * @param filterShape Shape of the filter.
 * @returns The caller disposes it.
 */
export function depthwiseFilterGradient(
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: Shape4D,
  options: ConvOptions,
): Tensor4D {
  const attributes = { ...attributesOf(options), filterShape };
  return runKernel("DepthwiseConv2dNativeBackpropFilter", { x, dy }, attributes)[0] as Tensor4D;
}

function attributesOf({ stride, padding }: ConvOptions): Record<string, unknown> {
  // Told a number, tfjs takes every filter for a square.
  const edge = [padding, padding];
  return {
    strides: [stride, stride],
    pad: [[0, 0], edge, edge, [0, 0]],
    dataFormat: "NHWC",
    dilations: [1, 1],
  };
}
