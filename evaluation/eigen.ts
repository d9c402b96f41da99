/**
 * Eigenvectors of a symmetric matrix, in float64.
 *
 * @module
 */

/** Eigenvalues, descending, and a unit eigenvector of each. */
export interface Eigen {
  /** Shape `[n]`. */
  readonly values: Float64Array;
  /** Eigenvectors by rows, row-major `[n, n]`. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reflections to tridiagonal form, then QL steps with
 * implicit shifts. About `4 n³` multiply-adds.
 *
 * Source: G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, algorithms 8.3.1 and 8.3.3.
 *
 * @param matrix Row-major `[n, n]`, symmetric; not changed.
 * @throws {RangeError} if a number is not finite.
 *
 * @example
 * ```ts
 * import { symmetricEigen } from "./eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { values } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
 * assertAlmostEquals(values[0]!, 3);
 * assertAlmostEquals(values[1]!, 1);
 * ```
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const broken = matrix.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    throw new RangeError(`Cannot find eigenvectors: entry ${broken} is ${matrix[broken]}, finite numbers are wanted`);
  }
  const reduced = matrix.slice(), diagonal = new Float64Array(n), beside = new Float64Array(n);
  const reflections = tridiagonalise(reduced, n, diagonal, beside);
  // Rows of `vectors` are eigenvectors throughout, so that a rotation works on two rows that lie together.
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let from = 0; from < n; from++) while (qlStep(diagonal, beside, { from, vectors, n }));
  for (let k = reflections.length - 1; k >= 0; k--) {
    for (let row = 0; row < n; row++) reflect(vectors.subarray(row * n + k + 1, (row + 1) * n), reflections[k]!);
  }
  return sorted(diagonal, vectors, n);
}

/** Applies `I − 2 v vᵀ` from both sides, column after column; gives the v's and leaves the three diagonals. */
function tridiagonalise(a: Float64Array, n: number, diagonal: Float64Array, beside: Float64Array): Float64Array[] {
  const reflections: Float64Array[] = [], product = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k]!;
    const size = n - k - 1;
    if (size === 0) break;
    const v = a.slice(k * n + k + 1, (k + 1) * n), length = Math.sqrt(dot(v, v));
    beside[k] = v[0]! > 0 ? -length : length;
    v[0]! -= beside[k]!;
    const norm = Math.sqrt(dot(v, v));
    if (norm > 0) { for (let i = 0; i < size; i++) v[i]! /= norm; }
    reflections.push(v);
    for (let i = 0; i < size; i++) product[i] = dot(v, a.subarray((k + 1 + i) * n + k + 1, (k + 2 + i) * n));
    const across = dot(v, product.subarray(0, size));
    for (let i = 0; i < size; i++) product[i]! -= across * v[i]!;
    for (let i = 0; i < size; i++) {
      const row = (k + 1 + i) * n + k + 1, vi = 2 * v[i]!, pi = 2 * product[i]!;
      for (let j = 0; j < size; j++) a[row + j]! -= vi * product[j]! + pi * v[j]!;
    }
  }
  return reflections;
}

/** One QL step on the block that begins at `from`; false once that eigenvalue stands alone. */
function qlStep(
  diagonal: Float64Array,
  beside: Float64Array,
  { from, vectors, n }: { from: number; vectors: Float64Array; n: number },
): boolean {
  let end = from;
  while (end < n - 1) {
    const size = Math.abs(diagonal[end]!) + Math.abs(diagonal[end + 1]!);
    if (Math.abs(beside[end]!) <= Number.EPSILON * size) break;
    end++;
  }
  if (end === from) return false;
  const half = (diagonal[from + 1]! - diagonal[from]!) / (2 * beside[from]!), root = Math.sqrt(half * half + 1);
  let g = diagonal[end]! - diagonal[from]! + beside[from]! / (half + (half < 0 ? -root : root));
  let sine = 1, cosine = 1, shift = 0;
  for (let i = end - 1; i >= from; i--) {
    const f = sine * beside[i]!, b = cosine * beside[i]!, r = Math.sqrt(f * f + g * g);
    beside[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1]! -= shift;
      beside[end] = 0;
      return true;
    }
    sine = f / r, cosine = g / r;
    g = diagonal[i + 1]! - shift;
    const t = (diagonal[i]! - g) * sine + 2 * cosine * b;
    shift = sine * t;
    diagonal[i + 1] = g + shift;
    g = cosine * t - b;
    rotate(vectors, { row: i * n, n, sine, cosine });
  }
  diagonal[from]! -= shift;
  beside[from] = g;
  beside[end] = 0;
  return true;
}

/** Turns two rows that follow each other in their plane. */
function rotate(
  vectors: Float64Array,
  { row, n, sine, cosine }: { row: number; n: number; sine: number; cosine: number },
): void {
  for (let at = row; at < row + n; at++) {
    const upper = vectors[at]!, lower = vectors[at + n]!;
    vectors[at] = cosine * upper - sine * lower;
    vectors[at + n] = sine * upper + cosine * lower;
  }
}

function reflect(vector: Float64Array, v: Float64Array): void {
  const twice = 2 * dot(vector, v);
  for (let i = 0; i < v.length; i++) vector[i]! -= twice * v[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function sorted(diagonal: Float64Array, vectors: Float64Array, n: number): Eigen {
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b]! - diagonal[a]!);
  const rows = new Float64Array(n * n);
  order.forEach((from, to) => rows.set(vectors.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (at) => diagonal[at]!), vectors: rows };
}
