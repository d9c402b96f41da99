/**
 * Depthwise convolutions and their gradients on WebGPU: channel c of the input makes channels c·multiplier … of the
 * output. Images may be half tensors where every channel has one filter.
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
import { elementsOf, fullShapeOf, isHalfInfo, storedAs } from "./storage.ts";
import { sumSlabs } from "./sum_slabs.ts";

/** Output pixels that one invocation adds. */
const SLAB_PIXELS = 256;

/** tfjs's own, for dilated convolutions; its module is imported so that it is there. */
const STOCK = tf.getKernel("DepthwiseConv2dNative", "webgpu");

/** `DepthwiseConv2dNative`: inputs x, filter; attribute storage, `f16` for a half tensor. */
export function depthwiseOnDevice(call: KernelCall): TensorInfo | TensorInfo[] {
  const { backend, inputs, attributes } = call;
  if (!isPlain(attributes)) return STOCK!.kernelFunc(stockCall(call));
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo }, shape = fullShapeOf(x) as Shape4D;
  const g = convGeometry(attributes, shape, filter.shape as Shape4D, true);
  const output = storedAs(
    [shape[0], ...g.output, filter.shape[2]! * filter.shape[3]!],
    attributes.storage === "f16",
  );
  const y = deviceOutput(backend, output.shape, output.dtype);
  convolve(backend, [x, filter, y], g);
  return y;
}

/** `DepthwiseConv2dNativeBackpropInput`: inputs dy, filter; attribute inputShape; the gradient is stored as dy is. */
export function depthwiseInputGradientOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo | TensorInfo[] {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }, shape = attributes.inputShape as Shape4D;
  const g = convGeometry(attributes, shape, filter.shape as Shape4D, true), [kh, kw] = g.filter;
  const stored = storedAs(shape, isHalfInfo(dy)), dx = deviceOutput(backend, stored.shape, stored.dtype);
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
  const tensors = [dy, filter, dx] as const, size = sizesOf(filter, tensors), count = sizeOf(shape) / size.width;
  run(backend, ["spread", () => spreadCode(size)], tensors, { ...size, g, count });
  return dx;
}

/** `DepthwiseConv2dNativeBackpropFilter`: inputs x, dy, each of which may be half; attribute filterShape. */
export function depthwiseFilterGradientOnDevice(
  { backend, inputs, attributes }: KernelCall,
): TensorInfo | TensorInfo[] {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }, shape = attributes.filterShape as Shape4D;
  const full = fullShapeOf(x) as Shape4D, g = convGeometry(attributes, full, shape, true), images = full[0];
  const rows = Math.max(1, Math.floor(SLAB_PIXELS / g.output[1])), slabs = Math.ceil(images * g.output[0] / rows);
  const partial = scratch(backend, slabs * sizeOf(shape)), tensors = [x, dy, partial] as const;
  const size = sizesOf({ shape }, tensors), count = slabs * sizeOf(shape) / size.width / g.filter[1];
  run(backend, ["filter", () => filterGradientCode(size)], tensors, { ...size, g, count, rows, images });
  return sumSlabs(backend, partial, slabs, deviceOutput(backend, shape));
}

/** The two inputs and the output of a pass. */
type Three = readonly [TensorInfo, TensorInfo, TensorInfo];

/** `y ← x * w`; `turned` for the filter turned by 180°. */
function convolve(backend: unknown, tensors: Three, g: ConvGeometry, turned = false): void {
  const [, w, y] = tensors, size = sizesOf(w, tensors), [batch, height, width, channels] = fullShapeOf(y) as Shape4D;
  const count = batch * height * Math.ceil(width / STRIP) * channels / size.width;
  const code = () => forwardCode(size, g.strides[1], turned);
  run(backend, [`${turned ? "turned" : "forward"} ${g.strides[1]}`, code], tensors, { ...size, g, count });
}

interface Sizes extends DepthwiseCode {
  /** Channels that go together: 4 or 1. */
  readonly width: number;
  /** Channels, by fours where they go so. */
  readonly channels: number;
  readonly multiplier: number;
}

function sizesOf({ shape }: Pick<TensorInfo, "shape">, [a, b, out]: Three): Sizes {
  const [kh, kw, channels, multiplier] = shape as Shape4D, vector = multiplier === 1 && channels % 4 === 0;
  const width = vector ? 4 : 1,
    elements = [elementsOf(a, vector), elementsOf(b, vector), elementsOf(out, vector)] as const;
  return { vector, elements, width, taps: [kh, kw], channels: channels / width, multiplier };
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
  { elements, taps, channels, multiplier, g, count, rows = 0, images = 0 }: Run,
): void {
  const key = `depthwise ${name} ${taps} ${elements}`;
  const settings = [...g.input, channels, multiplier, ...g.strides, g.top, g.left, ...g.output, count, rows, images];
  dispatch(backend, { key, code }, tensors, settings, flatGroups(Math.ceil(count / 64)));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
