/**
 * Matrix products on the WASM heap: by a library outside, which the edge of the program hands in since the core may run
 * where there is none, or by our own SIMD kernels.
 *
 * @module
 */
import type { Heap } from "./heap.ts";
import { simd } from "./simd.ts";

/** One product `C ← A B + beta·C`, row-major. */
export interface Product {
  /** Rows of C. */
  readonly m: number;
  /** Columns of C. */
  readonly n: number;
  /** Columns of A and rows of B. */
  readonly k: number;
  /** A, `[m, k]`, or `[k, m]` where it is transposed. */
  readonly a: Float32Array;
  /** B, `[k, n]`, or `[n, k]` where it is transposed. */
  readonly b: Float32Array;
  /** C, `[m, n]`. */
  readonly c: Float32Array;
  /** Whether A is given transposed; by default not. */
  readonly transposeA?: boolean;
  /** Whether B is given transposed; by default not. */
  readonly transposeB?: boolean;
  /** 0 (default) overwrites C, 1 adds to it. */
  readonly beta?: 0 | 1;
}

/** A library of matrix products. */
export interface Products {
  /** Name, version and threads, for the record. */
  readonly name: string;
  /** Computes a product; the same library, threads and processor give the same bits. */
  multiply(product: Product): void;
}

/** Our own products; all arrays are views of the heap. The same bits on every machine. */
export function simdProducts(heap: Heap): Products["multiply"] {
  return ({ m, n, k, a, b, c, transposeA = false, transposeB = false, beta = 0 }) => {
    const left = a.byteOffset, right = b.byteOffset, to = c.byteOffset, turned = transposeB ? 4 * k * n : 0;
    // From here on the views are not touched: scratch space may grow the heap, and a detached view is at 0.
    heap.scratch(simd().multiplyRoom() + turned, (room) => {
      if (transposeB) simd().transpose(right, room, n, k);
      const multiply = transposeA ? simd().multiplyTransposed : simd().multiply;
      multiply(left, transposeB ? room : right, to, m, n, k, beta, room + turned);
    });
  };
}
