/**
 * Depthwise convolutions and their gradients on WebGPU: channel c of the input makes channels c·multiplier … of the
 * output.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-webgpu";
import { tf } from "../../tf.ts";
import { type ConvGeometry, convGeometry, isPlain, type Shape4D } from "../geometry.ts";
import { type KernelCall, stockCall, type TensorInfo } from "../kernel.ts";
import { type DepthwiseCode, filterGradientCode, forwardCode, spreadCode, STRIP } from "./depthwise_code.ts";
import { deviceOutput, dispatch, flatGroups } from "./device_program.ts";
import { scratch } from "./scratch.ts";
import { sumSlabs } from "./sum_slabs.ts";

/** Output pixels that one invocation adds. */
const SLAB_PIXELS = 256;

/** tfjs's own, for dilated convolutions; its module is imported so that it is there. */
const STOCK = tf.getKernel("DepthwiseConv2dNative", "webgpu");

/** `DepthwiseConv2dNative`: inputs x, filter. */
export function depthwiseOnDevice(call: KernelCall): TensorInfo | TensorInfo[] {
  const { backend, inputs, attributes } = call;
  if (!isPlain(attributes)) return STOCK!.kernelFunc(stockCall(call));
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo }, shape = x.shape as Shape4D;
  const g = convGeometry(attributes, shape, filter.shape as Shape4D, true);
  const y = deviceOutput(backend, [shape[0], ...g.output, filter.shape[2]! * filter.shape[3]!]);
  convolve(backend, [x, filter, y], g);
  return y;
}

/** `DepthwiseConv2dNativeBackpropInput`: inputs dy, filter; attribute inputShape. */
export function depthwiseInputGradientOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo | TensorInfo[] {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }, shape = attributes.inputShape as Shape4D;
  const g = convGeometry(attributes, shape, filter.shape as Shape4D, true), [kh, kw] = g.filter;
  const dx = deviceOutput(backend, shape);
  if (filter.shape[3] === 1 && g.strides[0] === 1 && g.strides[1] === 1) {
    // A convolution of the output gradient with the filter turned by 180°.
    convolve(
      backend,
      [dy, filter, dx],
      { ...g, top: kh - 1 - g.top, left: kw - 1 - g.left, input: g.output, output: g.input },
      true,
    );
    return dx;
  }
  const size = sizesOf(filter), count = sizeOf(shape) / size.width;
  run(backend, ["spread", () => spreadCode(size)], [dy, filter, dx], { ...size, g, count });
  return dx;
}

/** `DepthwiseConv2dNativeBackpropFilter`: inputs x, dy; attribute filterShape. */
export function depthwiseFilterGradientOnDevice(
  { backend, inputs, attributes }: KernelCall,
): TensorInfo | TensorInfo[] {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }, shape = attributes.filterShape as Shape4D;
  const g = convGeometry(attributes, x.shape as Shape4D, shape, true), size = sizesOf({ shape }), images = x.shape[0]!;
  const rows = Math.max(1, Math.floor(SLAB_PIXELS / g.output[1])), slabs = Math.ceil(images * g.output[0] / rows);
  const partial = scratch(backend, slabs * sizeOf(shape)), count = slabs * sizeOf(shape) / size.width / g.filter[1];
  run(backend, ["filter", () => filterGradientCode(size)], [x, dy, partial], { ...size, g, count, rows, images });
  return sumSlabs(backend, partial, slabs, deviceOutput(backend, shape));
}

/** `y ← x * w`; `turned` for the filter turned by 180°. */
function convolve(
  backend: unknown,
  [x, w, y]: readonly [TensorInfo, TensorInfo, TensorInfo],
  g: ConvGeometry,
  turned = false,
): void {
  const size = sizesOf(w), [batch, height, width, channels] = y.shape as Shape4D;
  const count = batch * height * Math.ceil(width / STRIP) * channels / size.width;
  const code = () => forwardCode(size, g.strides[1], turned);
  run(backend, [`${turned ? "turned" : "forward"} ${g.strides[1]}`, code], [x, w, y], { ...size, g, count });
}

interface Sizes extends DepthwiseCode {
  /** Channels that go together: 4 or 1. */
  readonly width: number;
  /** Channels, by fours where they go so. */
  readonly channels: number;
  readonly multiplier: number;
}

function sizesOf({ shape }: Pick<TensorInfo, "shape">): Sizes {
  const [kh, kw, channels, multiplier] = shape as Shape4D, vector = multiplier === 1 && channels % 4 === 0;
  const width = vector ? 4 : 1;
  return { vector, width, taps: [kh, kw], channels: channels / width, multiplier };
}

interface Run extends Sizes {
  readonly g: ConvGeometry;
  /** Invocations. */
  readonly count: number;
  /** Output lines of a slab. */
  readonly rows?: number;
  readonly images?: number;
}

function run(
  backend: unknown,
  [name, code]: readonly [string, () => string],
  tensors: readonly TensorInfo[],
  { vector, taps, channels, multiplier, g, count, rows = 0, images = 0 }: Run,
): void {
  const key = `depthwise ${name} ${taps} ${vector}`;
  const settings = [...g.input, channels, multiplier, ...g.strides, g.top, g.left, ...g.output, count, rows, images];
  dispatch(backend, { key, code }, tensors, settings, flatGroups(Math.ceil(count / 64)));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
