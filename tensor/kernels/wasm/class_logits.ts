/**
 * The class-side kernels on the WASM heap; see `../class_logits.ts`.
 *
 * @module
 */
import type { tf } from "../../tf.ts";
import { SMALLEST_NORM } from "../class_logits.ts";
import type { Implementation, Kernel, KernelTable, TensorInfo } from "../kernel.ts";
import { type Heap, heapOf } from "./heap.ts";
import { simd } from "./simd.ts";

const inverseRowNorms: Kernel = ({ backend, inputs: { x } }) => {
  const heap = heapOf(backend), [rows, d] = x!.shape as [number, number], inverse = heap.output([rows]);
  simd().inverseNorms(heap.address(x!), heap.address(inverse), rows, d, SMALLEST_NORM);
  return inverse;
};

const classStatistics: Kernel = ({ backend, inputs, attributes: { first, s } }) => {
  const heap = heapOf(backend), { products, inverse, bias, labels, before } = inputs;
  const [batch, n] = products!.shape as [number, number], out = heap.output([batch, 2]);
  const at = addresses(heap, [products, inverse, bias, labels, before, out]);
  simd().classStatistics(...at, batch, n, first as number, s as number);
  return out;
};

const classGradient: Kernel = ({ backend, inputs, attributes: { first, s } }) => {
  const heap = heapOf(backend), { products, inverse, bias, labels, logSumExp, weight, target } = inputs;
  const [batch, n] = products!.shape as [number, number], out = heap.output([batch, n]);
  const at = addresses(heap, [products, inverse, bias, labels, logSumExp, weight, target, out]);
  simd().classGradient(...at, batch, n, first as number, s as number);
  return out;
};

const tangentRows: Kernel = ({ backend, inputs: { gradient, x, inverse } }) => {
  const heap = heapOf(backend), [rows, d] = x!.shape as [number, number];
  const out = inPlace(backend, gradient!) ?? heap.output([rows, d]);
  simd().tangentRows(...addresses(heap, [gradient, x, inverse, out]), rows, d, 0.999 / SMALLEST_NORM);
  return out;
};

const gatherRows: Kernel = ({ backend, inputs: { x, rows } }) => {
  const heap = heapOf(backend), [length = 0, ...rest] = x!.shape, count = rows!.shape[0]!;
  const out = heap.output([count, ...rest]);
  checkRows(heap, rows!, length);
  simd().gatherRows(...addresses(heap, [x, rows, out]) as [number, number, number], count, bytesOf(rest));
  return out;
};

const scatterRows: Kernel = ({ backend, inputs: { x, rows, values } }) => {
  const heap = heapOf(backend), [length = 0, ...rest] = x!.shape, size = bytesOf(x!.shape) / 4;
  checkRows(heap, rows!, length);
  let out = inPlace(backend, x!);
  if (!out) {
    out = heap.output(x!.shape);
    heap.floats(heap.address(out), size).set(heap.floats(heap.address(x!), size));
  }
  const at = addresses(heap, [values, rows, out]) as [number, number, number];
  simd().scatterRows(...at, rows!.shape[0]!, bytesOf(rest));
  return out;
};

/** The class-side kernels of the WASM backend. */
export const CLASSES_ON_HEAP: KernelTable = {
  MarginlabInverseRowNorms: simdKernel(inverseRowNorms),
  MarginlabClassStatistics: simdKernel(classStatistics),
  MarginlabClassGradient: simdKernel(classGradient),
  MarginlabTangentRows: simdKernel(tangentRows),
  MarginlabGatherRows: simdKernel(gatherRows),
  MarginlabScatterRows: simdKernel(scatterRows),
};

function simdKernel(run: Kernel): Implementation {
  return { how: "SIMD", run };
}

/** A tensor's own memory as an output, if nothing else holds it. */
function inPlace(backend: unknown, { dataId, shape }: TensorInfo): TensorInfo | undefined {
  const owner = backend as tf.KernelBackend;
  if (owner.refCount(dataId) !== 1) return undefined;
  owner.incRef(dataId);
  return { dataId, shape, dtype: "float32" };
}

/** Addresses in order; 0 for what is absent. */
function addresses(heap: Heap, tensors: readonly (TensorInfo | undefined)[]): number[] {
  return tensors.map((info) => info ? heap.address(info) : 0);
}

function bytesOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 4);
}

/** A wrong index would read or write another tensor's memory. */
function checkRows(heap: Heap, rows: TensorInfo, length: number): void {
  const { buffer, byteOffset } = heap.floats(heap.address(rows), rows.shape[0]!);
  const bad = new Int32Array(buffer, byteOffset, rows.shape[0]!).find((row) => row < 0 || row >= length);
  if (bad !== undefined) throw new RangeError(`Cannot take row ${bad}: found ${length} rows`);
}
