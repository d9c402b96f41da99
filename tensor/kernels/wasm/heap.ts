/**
 * tfjs's WASM heap as our kernels see it: tensors by address, scratch space, views.
 *
 * @module
 */
import type { tf } from "../../tf.ts";
import type { TensorInfo } from "../kernel.ts";

/** The parts of tfjs's WASM backend that kernels use. */
interface WasmBackend {
  makeOutput(shape: readonly number[], dtype: tf.DataType): TensorInfo;
  readonly dataIdMap: { get(id: object): { readonly memoryOffset: number } };
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
}

/** The heap of a WASM backend. Allocation may grow it, which detaches views: take them after all allocations. */
export interface Heap {
  /** Address of a tensor's first element. */
  address(tensor: TensorInfo): number;
  /** A new float32 tensor; its content is undefined. */
  output(shape: readonly number[]): TensorInfo;
  /** Space for the time of a call; its content is undefined. */
  scratch<T>(bytes: number, use: (address: number) => T): T;
  /** The same, zeroed: room for sums. */
  sums<T>(bytes: number, use: (address: number) => T): T;
  /** Float32 view of the heap. */
  floats(address: number, count: number): Float32Array;
  /** Float64 view of the heap. */
  doubles(address: number, count: number): Float64Array;
}

/** The heap of tfjs's WASM backend. */
export function heapOf(backend: unknown): Heap {
  const { wasm, dataIdMap } = backend as WasmBackend;
  const space = (bytes: number) => {
    // dlmalloc aligns to 8 bytes; 0 says that the heap has reached its 4 GiB.
    const address = wasm._malloc(bytes);
    if (address === 0 && bytes > 0) {
      throw new RangeError(
        `Cannot allocate ${
          Math.ceil(bytes / 2 ** 20)
        } MiB on the WASM heap: wanted less than the 4 GiB that it may have; ` +
          "use a smaller batch, train.accumulate, or webgpu",
      );
    }
    return address;
  };
  const scratch = <T>(bytes: number, use: (address: number) => T): T => {
    const address = space(bytes);
    try {
      return use(address);
    } finally {
      wasm._free(address);
    }
  };
  return {
    address: ({ dataId }) => dataIdMap.get(dataId).memoryOffset,
    output: (shape) => (backend as WasmBackend).makeOutput([...shape], "float32"),
    scratch,
    sums: (bytes, use) =>
      scratch(bytes, (address) => {
        wasm.HEAPU8.fill(0, address, address + bytes);
        return use(address);
      }),
    floats: (address, count) => new Float32Array(wasm.HEAPU8.buffer, address, count),
    doubles: (address, count) => new Float64Array(wasm.HEAPU8.buffer, address, count),
  };
}
