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
    const from = a.byteOffset, right = b.byteOffset, to = c.byteOffset;
    if (!transposeB) return multiplyAt({ from, right, to, m, n, k, transposeA, beta });
    // From here on the views are not touched: scratch space may grow the heap, and a detached view is at 0.
    heap.scratch(4 * k * n, (turned) => {
      simd().transpose(right, turned, n, k);
      multiplyAt({ from, right: turned, to, m, n, k, transposeA, beta });
    });
  };
}

interface ProductAt extends Required<Pick<Product, "m" | "n" | "k" | "transposeA" | "beta">> {
  /** Address of A. */
  readonly from: number;
  /** Address of B, `[k, n]`. */
  readonly right: number;
  /** Address of C. */
  readonly to: number;
}

function multiplyAt({ from, right, to, m, n, k, transposeA, beta }: ProductAt): void {
  if (!transposeA) return simd().multiply(from, right, to, m, n, k, beta);
  for (let first = 0; first < k; first += TERMS) {
    const terms = Math.min(TERMS, k - first), add = first > 0 ? 1 : beta;
    simd().multiplyTransposed(from + 4 * first * m, right + 4 * first * n, to, m, n, terms, add);
  }
}
