/**
 * Our SIMD kernels on tfjs's own heap, so that nothing is copied.
 *
 * Their sources are `simd/*.as` (AssemblyScript). To add one: write `simd/name.as`, add a line to `simd/index.as`, name
 * its functions in {@link SimdKernels}, and run `deno task simd`, which writes `simd_bytes.ts`. A test compiles the
 * sources anew and compares the bytes.
 *
 * @module
 */
import { SIMD_MODULE } from "./simd_bytes.ts";

/** The module's functions: addresses of float32 data on the heap, then sizes and settings; see the sources. */
export interface SimdKernels {
  normSums(x: number, rows: number, channels: number, sums: number, shifts: number): void;
  normApply(...args: number[]): void;
  normGradSums(...args: number[]): void;
  normGradApply(...args: number[]): void;
  normPoolApply(...args: number[]): void;
  normPoolGradSums(...args: number[]): void;
  normPoolGradApply(...args: number[]): void;
  preluGrad(x: number, dy: number, dx: number, rows: number, channels: number, slope: number, sums: number): void;
  poolGrad(x: number, dy: number, dx: number, batch: number, height: number, width: number, channels: number): void;
  gatherPatches(...args: number[]): void;
  scatterPatches(...args: number[]): void;
  turnFilter(from: number, to: number, taps: number, channelsIn: number, channelsOut: number): void;
  transpose(from: number, to: number, rows: number, columns: number): void;
  dropout(...args: number[]): void;
  sgd(...args: number[]): void;
  depthwiseInputGrad(...args: number[]): void;
  depthwiseFilterGrad(...args: number[]): void;
  multiplyRoom(): number;
  multiply(a: number, b: number, c: number, m: number, n: number, k: number, add: number, room: number): void;
  multiplyTransposed(a: number, b: number, c: number, m: number, n: number, k: number, add: number, room: number): void;
  winogradInput(...args: number[]): void;
  winogradFilter(w: number, to: number, size: number): void;
  winogradOutput(...args: number[]): void;
  winogradOutputGrad(...args: number[]): void;
  winogradFilterGrad(u: number, dw: number, size: number): void;
  winogradLargeInput(...args: number[]): void;
  winogradLargeFilter(w: number, to: number, temp: number, size: number): void;
  winogradLargeOutput(...args: number[]): void;
  inverseNorms(x: number, out: number, rows: number, d: number, smallest: number): void;
  classStatistics(...args: number[]): void;
  classGradient(...args: number[]): void;
  tangentRows(...args: number[]): void;
  gatherRows(x: number, rows: number, out: number, count: number, bytes: number): void;
  scatterRows(values: number, rows: number, out: number, count: number, bytes: number): void;
}

let started: SimdKernels | undefined;

/**
 * Runs a function that starts tfjs's WASM backend, and starts our kernels on the memory that it made.
 *
 * tfjs keeps the memory to itself; it is one of the exports of the module that it instantiates.
 *
 * @returns What the function gives.
 */
export async function withSimd<T>(start: () => Promise<T>): Promise<T> {
  let memory: WebAssembly.Memory | undefined;
  const original = WebAssembly.instantiate, streaming = WebAssembly.instantiateStreaming;
  const watched = async (...args: unknown[]) => {
    const result = await (original as (...args: unknown[]) => Promise<unknown>)(...args);
    const { exports } = (result as { instance?: WebAssembly.Instance }).instance ?? result as WebAssembly.Instance;
    memory ??= Object.values(exports ?? {}).find((value) => value instanceof WebAssembly.Memory) as typeof memory;
    return result;
  };
  WebAssembly.instantiate = watched as typeof original;
  // Browsers have it, and would be asked first.
  WebAssembly.instantiateStreaming = undefined as never;
  let result: T;
  try {
    result = await start();
  } finally {
    WebAssembly.instantiate = original;
    WebAssembly.instantiateStreaming = streaming;
  }
  if (memory) {
    const bytes = Uint8Array.from(atob(SIMD_MODULE), (character) => character.charCodeAt(0));
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    started = instance.exports as unknown as SimdKernels;
  }
  return result;
}

/** Whether {@link simd} can be called. */
export function hasSimd(): boolean {
  return started !== undefined;
}

/** The kernels, once the backend has started with {@link withSimd}. */
export function simd(): SimdKernels {
  return started!;
}
