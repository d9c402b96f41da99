/**
 * OpenBLAS, or Apple's Accelerate, for the matrix products of the WASM backend: found by its full path, so that a task
 * can be allowed this library and no other.
 *
 * @module
 */
import type { Products } from "../tensor/kernels/wasm/products.ts";

/** Where systems keep the library; tasks that train are allowed to load these. */
export const BLAS_PATHS: readonly string[] = [
  "/usr/lib/x86_64-linux-gnu/libopenblas.so.0",
  "/usr/lib/aarch64-linux-gnu/libopenblas.so.0",
  "/usr/lib64/libopenblasp.so.0",
  "/usr/lib64/libopenblas.so.0",
  "/usr/lib/libopenblas.so.0",
  "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
  "/usr/local/opt/openblas/lib/libopenblas.dylib",
  "/System/Library/Frameworks/Accelerate.framework/Accelerate",
];

const ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112;

const SGEMM = {
  parameters: [
    ...["i32", "i32", "i32", "i32", "i32", "i32", "f32"],
    ...["buffer", "i32", "buffer", "i32", "f32", "buffer", "i32"],
  ] as Deno.NativeType[],
  result: "void",
} as const;

/** A library that is loaded. */
export interface Library extends Products {
  /** Unloads it; nothing may use it any more. */
  close(): void;
}

/** Settings of {@link loadBlas}. */
export interface BlasOptions {
  /** Where to look, by default {@link BLAS_PATHS}. */
  readonly paths?: readonly string[];
  /** Threads of OpenBLAS, by default one a processor; their number is part of what decides the bits. */
  readonly threads?: number;
}

/** Loads the library, if it is there and this process may load it; never asks, never throws. */
export async function loadBlas(options: BlasOptions = {}): Promise<Library | undefined> {
  const { paths = BLAS_PATHS, threads = navigator.hardwareConcurrency } = options;
  for (const path of paths) {
    if ((await Deno.permissions.query({ name: "ffi", path })).state !== "granted") continue;
    const opened = openSgemm(path);
    if (!opened) continue;
    const used = path.includes("Accelerate") ? "" : `, ${setThreads(path, threads) ?? "unknown"} threads`;
    return { name: `${await describe(path)}${used}`, ...opened };
  }
  return undefined;
}

/** `cblas_sgemm` of a library, or `undefined` where there is none. */
function openSgemm(path: string): Pick<Library, "multiply" | "close"> | undefined {
  let library: Deno.DynamicLibrary<{ cblas_sgemm: typeof SGEMM }>;
  try {
    library = Deno.dlopen(path, { cblas_sgemm: SGEMM });
  } catch {
    return undefined;
  }
  const sgemm = library.symbols.cblas_sgemm as (...args: (number | Float32Array<ArrayBuffer>)[]) => void;
  const multiply: Products["multiply"] = ({ m, n, k, a, b, c, transposeA = false, transposeB = false, beta = 0 }) => {
    const [ta, tb] = [transposeA, transposeB].map((on) => on ? TRANSPOSED : PLAIN) as [number, number];
    const view = (values: Float32Array) => values as Float32Array<ArrayBuffer>;
    const left = [view(a), transposeA ? m : k], right = [view(b), transposeB ? k : n];
    sgemm(ROW_MAJOR, ta, tb, m, n, k, 1, ...left, ...right, beta, view(c), n);
  };
  return { multiply, close: () => library.close() };
}

const THREADS = {
  openblas_set_num_threads: { parameters: ["i32"], result: "void" },
  openblas_get_num_threads: { parameters: [], result: "i32" },
} as const;

/** Asks for threads; gives how many there will be, or `undefined` where the library cannot be asked. */
function setThreads(path: string, threads: number): number | undefined {
  let library: Deno.DynamicLibrary<typeof THREADS>;
  try {
    library = Deno.dlopen(path, THREADS);
  } catch {
    return undefined;
  }
  library.symbols.openblas_set_num_threads(threads);
  const used = library.symbols.openblas_get_num_threads();
  library.close();
  return used;
}

/** Name and version; Linux has the version in the name of the file that the path stands for. */
async function describe(path: string): Promise<string> {
  if (path.includes("Accelerate")) return "Accelerate";
  const file = await Deno.realPath(path).catch(() => path);
  const version = /(\d+\.\d+\.\d+)\.so$/.exec(file)?.[1];
  return version ? `OpenBLAS ${version}` : "OpenBLAS";
}
