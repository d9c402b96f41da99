/**
 * Convolutions and their gradients.
 *
 * @module
 */
import { type Tensor4D, tf } from "../tf.ts";
import { runKernel } from "./kernel.ts";
type S = { stride: number; padding: number; storage?: "f32" | "f16" };
export function conv2d(x: Tensor4D, filter: Tensor4D, { stride, padding }: S): Tensor4D {
  return tf.conv2d(x, filter, stride, padding);
}
export function convInputGradient(
  dy: Tensor4D,
  filter: Tensor4D,
  inputShape: [number, number, number, number],
  { stride, padding }: S,
): Tensor4D {
  return runKernel("Conv2DBackpropInput", { dy, filter }, {
    strides: stride,
    pad: padding,
    dataFormat: "NHWC",
    inputShape,
  })[0] as Tensor4D;
}
export function convFilterGradient(
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: [number, number, number, number],
  { stride, padding }: S,
): Tensor4D {
  return runKernel("Conv2DBackpropFilter", { x, dy }, {
    strides: stride,
    pad: padding,
    dataFormat: "NHWC",
    filterShape,
  })[0] as Tensor4D;
}
