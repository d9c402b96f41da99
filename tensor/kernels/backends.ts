/**
 * The parts of tfjs's backends that our kernels use: the heap of WASM, for loops over it, and programs for WebGPU.
 *
 * @module
 */
import { tf } from "../tf.ts";

/** Reference to a tensor's data as tfjs kernels see it. */
export type TensorInfo = tf.TensorInfo;

/** The part of tfjs's WASM backend that kernels use. */
export interface WasmBackend {
  /** Allocates an output on the heap; its content is undefined. */
  makeOutput(shape: number[], dtype: tf.DataType): TensorInfo;
  /** The tensor's elements as a view of the heap, valid until the heap grows. */
  typedArrayFromHeap(info: TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/** The part of tfjs's WebGPU backend that runs a program of ours; its code is the body of a WGSL `main(index)`. */
export interface WebgpuBackend {
  /** Runs a program over its inputs; gives its output. */
  runWebGPUProgram(
    program: Readonly<Record<string, unknown>>,
    inputs: readonly TensorInfo[],
    dtype: tf.DataType,
    uniforms: readonly { readonly type: string; readonly data: readonly number[] }[],
  ): TensorInfo;
}

/**
 * Allocates all outputs of a kernel, then gives views of inputs and outputs together: allocation may grow the heap
 * and detach earlier views.
 */
export function heapViews(
  backend: unknown,
  inputs: readonly TensorInfo[],
  outputShapes: readonly number[][],
): { outputs: TensorInfo[]; from: Float32Array[]; to: Float32Array[] } {
  const wasm = backend as WasmBackend;
  const outputs = outputShapes.map((shape) => wasm.makeOutput(shape, "float32"));
  const view = (info: TensorInfo) => wasm.typedArrayFromHeap(info) as Float32Array;
  return { outputs, from: inputs.map(view), to: outputs.map(view) };
}

/** A kernel's inputs by name. */
export type KernelInputs = Readonly<Record<string, TensorInfo>>;

/** A kernel written as a composition of plain tfjs ops. */
export type Composition = (inputs: Record<string, tf.Tensor>, attributes: Record<string, unknown>) => tf.Tensor[];

/** A kernel written for the WASM heap. */
export type HeapKernel = (backend: unknown, inputs: KernelInputs, attributes: Record<string, unknown>) => TensorInfo[];

/** A kernel for `cpu` and `webgpu` by composition, and for `wasm` by loops over its heap. */
export interface OwnKernel {
  readonly name: string;
  readonly composition: Composition;
  readonly heap: HeapKernel;
}

/** Runs a kernel of ours on the current backend. */
export function runOwnKernel(
  kernel: OwnKernel,
  inputs: Record<string, tf.Tensor>,
  attributes: Record<string, unknown> = {},
): tf.Tensor[] {
  return tf.engine().runKernel(kernel.name, inputs as never, attributes as never) as unknown as tf.Tensor[];
}
