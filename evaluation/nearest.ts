/**
 * The nearest other vector of each vector, over all pairs.
 *
 * @module
 */
import { productsOfThree } from "./products.ts";

/** Columns that are compared with all rows before the next ones: at 512 dimensions they fill a quarter of a MiB. */
const BLOCK = 64;

/**
 * Largest cosine of each unit vector to another one, `max_{k ≠ j} v_j · v_k`, in float64: the same on every machine.
 *
 * Each pair is multiplied once, three rows by three columns at a time, so that a number that was read is used thrice.
 *
 * @param vectors At least two unit vectors, row-major `[count, dimension]`.
 * @returns Cosines, shape `[count]`.
 */
export function nearestCosines(vectors: Float64Array, dimension: number): Float64Array {
  const count = vectors.length / dimension;
  const best = new Float64Array(count).fill(-Infinity), products = new Float64Array(9);
  for (let block = 0; block < count; block += BLOCK) {
    const end = Math.min(block + BLOCK, count);
    for (let row = 0; row < end; row += 3) {
      for (let column = Math.max(block, row); column < end; column += 3) {
        productsOfThree(vectors, vectors, dimension, { row, column, out: products });
        for (let i = 0; i < 9; i++) {
          const a = row + Math.floor(i / 3), b = column + i % 3, cosine = products[i]!;
          if (a >= b || b >= end) continue;
          if (cosine > best[a]!) best[a] = cosine;
          if (cosine > best[b]!) best[b] = cosine;
        }
      }
    }
  }
  return best;
}
