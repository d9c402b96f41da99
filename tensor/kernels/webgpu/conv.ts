/**
 * Convolutions, their gradients and matrix products on WebGPU, as patch products.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-webgpu";
import { type Tensor, tf } from "../../tf.ts";
import { type ConvGeometry, convGeometry, isPlain, type Shape4D } from "../geometry.ts";
import { type KernelCall, stockCall, type TensorInfo } from "../kernel.ts";
import { patchGradient } from "./patch_gradient.ts";
import { type PatchLayout, patchProduct } from "./patch_product.ts";
import { fullShapeOf, isHalfInfo } from "./storage.ts";

/** tfjs's own, for dilated convolutions and batches of matrices; its module is imported so that they are there. */
const STOCK_CONV = tf.getKernel("Conv2D", "webgpu"), STOCK_PRODUCT = tf.getKernel("BatchMatMul", "webgpu");

/** `Conv2D`: inputs x, filter; attribute storage, `f16` for a half tensor; x may be one. */
export function convOnDevice(call: KernelCall): TensorInfo | TensorInfo[] {
  const { backend, inputs, attributes } = call, { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
  if (!isPlain(attributes)) return STOCK_CONV!.kernelFunc(stockCall(call));
  const shape = fullShapeOf(x) as Shape4D, g = convGeometry(attributes, shape, filter.shape as Shape4D);
  const output = [shape[0], ...g.output, filter.shape[3]!];
  return patchProduct(backend, x, filter, layoutOf(shape, g), output, attributes.storage === "f16");
}

/** `Conv2DBackpropInput`: inputs dy, filter; attribute inputShape; the gradient is stored as dy is. */
export function convInputGradientOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const inputShape = attributes.inputShape as Shape4D;
  const g = convGeometry(attributes, inputShape, filter.shape as Shape4D);
  const layout: PatchLayout = {
    batch: dy.shape[0]!,
    input: [g.output[0], g.output[1], filter.shape[3]!],
    output: g.input,
    taps: g.filter,
    strides: g.strides,
    pads: [g.top, g.left],
    mode: "spread",
  };
  const turned = tf.transpose(filter as Tensor, [0, 1, 3, 2]);
  const dx = patchProduct(backend, dy, turned, layout, inputShape, isHalfInfo(dy));
  turned.dispose();
  return dx;
}

/** `Conv2DBackpropFilter`: inputs x, dy, each of which may be a half tensor; attribute filterShape. */
export function convFilterGradientOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }, filterShape = attributes.filterShape as Shape4D;
  const shape = fullShapeOf(x) as Shape4D, g = convGeometry(attributes, shape, filterShape);
  return patchGradient(backend, x, dy, layoutOf(shape, g), filterShape);
}

/** `BatchMatMul`: inputs a, b; attributes transposeA, transposeB. */
export function matMulOnDevice(call: KernelCall): TensorInfo | TensorInfo[] {
  const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
  const plain = [a, b].every((side) => side.dtype === "float32" && batchOf(side) === 1);
  if (plain) return oneProduct(call, a, b);
  return STOCK_PRODUCT!.kernelFunc(stockCall(call));
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
