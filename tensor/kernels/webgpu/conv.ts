/**
 * Convolutions, their gradients and matrix products on WebGPU, as patch products.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-webgpu";
import { type Tensor, tf } from "../../tf.ts";
import { type ConvGeometry, convGeometry, type Shape4D } from "../geometry.ts";
import type { KernelCall, TensorInfo } from "../kernel.ts";
import { patchGradient } from "./patch_gradient.ts";
import { type PatchLayout, patchProduct } from "./patch_product.ts";

/** `Conv2D`: inputs x, filter. */
export function convOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo {
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo }, { dilations = 1 } = attributes;
  if ([dilations].flat().some((dilation) => dilation !== 1)) {
    throw new RangeError(`Cannot convolve on WebGPU: found dilations ${dilations}, wanted 1`);
  }
  const g = convGeometry(attributes, x.shape as Shape4D, filter.shape as Shape4D);
  return patchProduct(backend, x, filter, layoutOf(x.shape, g), [x.shape[0]!, ...g.output, filter.shape[3]!]);
}

/** `Conv2DBackpropInput`: inputs dy, filter; attribute inputShape. */
export function convInputGradientOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const inputShape = attributes.inputShape as Shape4D;
  const g = convGeometry(attributes, inputShape, filter.shape as Shape4D);
  const layout: PatchLayout = {
    batch: dy.shape[0]!,
    input: [g.output[0], g.output[1], dy.shape[3]!],
    output: g.input,
    taps: g.filter,
    strides: g.strides,
    pads: [g.top, g.left],
    mode: "spread",
  };
  const turned = tf.transpose(filter as Tensor, [0, 1, 3, 2]);
  const dx = patchProduct(backend, dy, turned, layout, inputShape);
  turned.dispose();
  return dx;
}

/** `Conv2DBackpropFilter`: inputs x, dy; attribute filterShape. */
export function convFilterGradientOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }, filterShape = attributes.filterShape as Shape4D;
  const g = convGeometry(attributes, x.shape as Shape4D, filterShape);
  return patchGradient(backend, x, dy, layoutOf(x.shape, g), filterShape);
}

/** tfjs's own product, for batches of matrices; its module is imported so that the kernel is there to be kept. */
const STOCK_PRODUCT = tf.getKernel("BatchMatMul", "webgpu");

/** `BatchMatMul`: inputs a, b; attributes transposeA, transposeB. */
export function matMulOnDevice(call: KernelCall): TensorInfo | TensorInfo[] {
  const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
  if (batchOf(a) === 1 && batchOf(b) === 1) return oneProduct(call, a, b);
  return STOCK_PRODUCT!.kernelFunc(
    { backend: call.backend as object, inputs: { a, b }, attrs: call.attributes as never },
  );
}

function oneProduct({ backend, attributes }: KernelCall, a: TensorInfo, b: TensorInfo): TensorInfo {
  const outer = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
  const [rows, columns] = a.shape.slice(-2) as [number, number], [low, high] = b.shape.slice(-2) as [number, number];
  const turned = attributes.transposeB === true
    ? tf.tidy(() => tf.transpose(tf.reshape(b as Tensor, [low, high])))
    : undefined;
  const across = turned ? low : high, layout = matrixLayout(rows, columns);
  const product = attributes.transposeA === true
    ? patchGradient(backend, a, turned ?? b, layout, [...outer, columns, across])
    : patchProduct(backend, a, turned ?? b, layout, [...outer, rows, across]);
  turned?.dispose();
  return product;
}

function batchOf({ shape }: TensorInfo): number {
  return shape.slice(0, -2).reduce((a, b) => a * b, 1);
}

/** A matrix as images of one pixel. */
function matrixLayout(rows: number, columns: number): PatchLayout {
  const one = [1, 1] as const;
  return { batch: rows, input: [1, 1, columns], output: one, taps: one, strides: one, pads: [0, 0], mode: "gather" };
}

function layoutOf([batch, height, width, channels]: readonly number[], g: ConvGeometry): PatchLayout {
  return {
    batch: batch!,
    input: [height!, width!, channels!],
    output: g.output,
    taps: g.filter,
    strides: g.strides,
    pads: [g.top, g.left],
    mode: "gather",
  };
}
