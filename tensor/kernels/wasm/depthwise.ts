/**
 * Depthwise convolutions on the WASM heap: tfjs's own, and the gradients that it lacks.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-wasm"; // So that its own kernel is there to be kept.
import { tf } from "../../tf.ts";
import { convGeometry, isPlain, type Shape4D } from "../geometry.ts";
import { type KernelCall, stockCall, type TensorInfo } from "../kernel.ts";
import { heapOf } from "./heap.ts";
import { simd } from "./simd.ts";

const STOCK = tf.getKernel("DepthwiseConv2dNative", "wasm")!;

/**
 * `DepthwiseConv2dNative`: inputs x, filter. tfjs's own, with its padding told in numbers: told `same`, it gives zeros
 * where the strides are larger than the filter.
 */
export function depthwiseOnHeap(call: KernelCall): TensorInfo | TensorInfo[] {
  const { inputs, attributes } = call, { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
  if (!isPlain(attributes)) return STOCK.kernelFunc(stockCall(call));
  const g = convGeometry(attributes, x.shape as Shape4D, filter.shape as Shape4D, true);
  const after = (axis: 0 | 1, before: number) =>
    Math.max(0, (g.output[axis] - 1) * g.strides[axis] + g.filter[axis] - g.input[axis] - before);
  const pad = [[0, 0], [g.top, after(0, g.top)], [g.left, after(1, g.left)], [0, 0]];
  return STOCK.kernelFunc(stockCall({ ...call, attributes: { ...attributes, pad, dimRoundingMode: "floor" } }));
}

/** `DepthwiseConv2dNativeBackpropInput`: inputs dy, filter; attribute inputShape. */
export function depthwiseInputGradientOnHeap({ backend, inputs, attributes }: KernelCall): TensorInfo | TensorInfo[] {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }, heap = heapOf(backend);
  const shape = attributes.inputShape as Shape4D, layout = layoutOf(attributes, shape, filter.shape as Shape4D);
  const dx = heap.output(shape);
  simd().depthwiseInputGrad(heap.address(dy), heap.address(filter), heap.address(dx), ...layout);
  return dx;
}

/** `DepthwiseConv2dNativeBackpropFilter`: inputs x, dy; attribute filterShape. */
export function depthwiseFilterGradientOnHeap({ backend, inputs, attributes }: KernelCall): TensorInfo | TensorInfo[] {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }, heap = heapOf(backend);
  const shape = attributes.filterShape as Shape4D, layout = layoutOf(attributes, x.shape as Shape4D, shape);
  const dw = heap.output(shape), size = shape.reduce((a, b) => a * b, 1);
  heap.sums(8 * size, (sums) => {
    simd().depthwiseFilterGrad(heap.address(x), heap.address(dy), sums, ...layout);
    heap.floats(heap.address(dw), size).set(heap.doubles(sums, size));
  });
  return dw;
}

/** Sizes in the order of the SIMD kernels. */
function layoutOf(attributes: Readonly<Record<string, unknown>>, input: Shape4D, filter: Shape4D): number[] {
  const g = convGeometry(attributes, input, filter, true);
  return [...input, filter[3], ...g.filter, ...g.strides, g.top, g.left, ...g.output];
}
