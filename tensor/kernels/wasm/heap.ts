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
  readonly wasm: WasmHeap;
}

/** The heap that Emscripten made for tfjs. */
interface WasmHeap {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Bytes of a request that are too many. */
const LARGEST = 2 ** 31 - 2 ** 16;

const guarded = new WeakSet<WasmHeap>();

/**
 * Makes allocation on the heap of tfjs's WASM backend, by tfjs's kernels and ours, give true addresses, and fail where
 * there is no room: by itself it gives addresses above 2 GiB as negative numbers, and 0, which tfjs takes for an address.
 */
export function guardHeap(backend: unknown): void {
  const { wasm } = backend as WasmBackend;
  if (guarded.has(wasm)) return;
  guarded.add(wasm);
  // Emscripten's stub puts the real function in its own place at the first call.
  wasm._free(wasm._malloc(1));
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    // From 2 GiB on a request counts as negative.
    const address = bytes < LARGEST ? allocate(bytes) >>> 0 : 0;
    if (address !== 0 || bytes === 0) return address;
    throw new RangeError(
      `Cannot allocate ${Math.ceil(bytes / 2 ** 20)} MiB on the WASM heap: wanted less than 2 GiB at a time, ` +
        "and than 4 GiB in all; use a smaller batch, train.accumulate, or webgpu",
    );
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
  const scratch = <T>(bytes: number, use: (address: number) => T): T => {
    const address = wasm._malloc(bytes);
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
