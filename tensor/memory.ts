/**
 * Memory that tensors take, as the backend holds it.
 *
 * @module
 */
import { tf } from "./tf.ts";

/** What {@link memoryInUse} gives. */
export interface MemoryInUse {
  /** Bytes that the backend has taken: the WASM heap, or the device's buffers; neither is given back before the end. */
  readonly bytes: number;
  /** Bytes of live tensors. */
  readonly tensors: number;
}

/** The memory of the current backend. */
export function memoryInUse(): MemoryInUse {
  const { numBytes, numBytesAllocatedInGPU } = tf.memory() as tf.MemoryInfo & { numBytesAllocatedInGPU?: number };
  const heap = (tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } }).wasm?.HEAPU8.length;
  return { bytes: heap ?? numBytesAllocatedInGPU ?? numBytes, tensors: numBytes };
}
