/**
 * Matrix products by a library outside: the edge of the program loads one and hands it in, since the core may run where
 * there is none.
 *
 * @module
 */

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
