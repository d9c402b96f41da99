/**
 * The part of tfjs's WebGPU backend that runs our programs beside its own.
 *
 * @module
 */
import type { tf } from "../../tf.ts";
import type { TensorInfo } from "../kernel.ts";

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
