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

/** Terms that are added in float32 before a sum is added to another. */
const TERMS = 512;

/** Our own products; all arrays are views of the heap. The same bits on every machine. */
export function simdProducts(heap: Heap): Products["multiply"] {
  return ({ m, n, k, a, b, c, transposeA = false, transposeB = false, beta = 0 }) => {
    if (transposeB) {
      return heap.scratch(4 * k * n, (turned) => {
        simd().transpose(b.byteOffset, turned, n, k);
        const right = heap.floats(turned, k * n);
        simdProducts(heap)({ m, n, k, a, b: right, c, transposeA, beta });
      });
    }
    if (!transposeA) return simd().multiply(a.byteOffset, b.byteOffset, c.byteOffset, m, n, k, beta);
    for (let first = 0; first < k; first += TERMS) {
      const [left, right] = [a.byteOffset + 4 * first * m, b.byteOffset + 4 * first * n];
      const add = first > 0 ? 1 : beta;
      simd().multiplyTransposed(left, right, c.byteOffset, m, n, Math.min(TERMS, k - first), add);
    }
  };
}
