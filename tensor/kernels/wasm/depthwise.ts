/**
 * Gradients of depthwise convolutions on the WASM heap; tfjs has the convolution alone.
 *
 * @module
 */
import { convGeometry, type Shape4D } from "../geometry.ts";
import type { KernelCall, TensorInfo } from "../kernel.ts";
import { heapOf } from "./heap.ts";
import { simd } from "./simd.ts";

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
