/**
 * Where the windows of a convolution or a pooling lie, from the attributes that tfjs gives its kernels.
 *
 * @module
 */
import { tf } from "../tf.ts";

/** Shape `[batch, height, width, channels]`. */
export type Shape4D = [number, number, number, number];

/** Strides and padding of a convolution; tfjs gives gradients for undilated ones only. */
export interface ConvGeometry {
  /** Steps between windows, down and across. */
  readonly strides: [number, number];
  /** Rows of padding above. */
  readonly top: number;
  /** Columns of padding to the left. */
  readonly left: number;
  /** Height and width of the filter. */
  readonly filter: [number, number];
  /** Height and width of the input. */
  readonly input: [number, number];
  /** Height and width of the output. */
  readonly output: [number, number];
}

/** The geometry of a convolution of an input of this shape with a filter `[kh, kw, in, out]`. */
export function convGeometry(
  attributes: Readonly<Record<string, unknown>>,
  input: Shape4D,
  filter: Shape4D,
  depthwise = false,
): ConvGeometry {
  const { strides, pad, dimRoundingMode } = attributes as {
    strides: number | [number, number];
    pad: "valid" | "same" | number;
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  const info = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad, dimRoundingMode, depthwise);
  return {
    strides: [info.strideHeight, info.strideWidth],
    top: info.padInfo.top,
    left: info.padInfo.left,
    filter: [filter[0], filter[1]],
    input: [input[1], input[2]],
    output: [info.outHeight, info.outWidth],
  };
}

/** Whether a convolution is one that our kernels do: not dilated, channels last. */
export function isPlain({ dilations = 1, dataFormat = "NHWC" }: Readonly<Record<string, unknown>>): boolean {
  return dataFormat === "NHWC" && [dilations].flat().every((dilation) => dilation === 1);
}

/** The geometry of a pooling, from the attributes of the kernels `MaxPool` and `MaxPoolGrad`. */
export function poolGeometry(
  shape: readonly number[],
  attributes: Readonly<Record<string, unknown>>,
): tf.backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as {
    filterSize: [number, number] | number;
    strides: [number, number] | number;
    pad: "valid" | "same" | number;
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  return tf.backend_util.computePool2DInfo(shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
}
