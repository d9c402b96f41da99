/**
 * The parts of tfjs's backends that our kernels use: the heap of WASM, and programs for WebGPU.
 *
 * @module
 */
import type { tf } from "../tf.ts";
import type { TensorInfo } from "./kernel.ts";

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
