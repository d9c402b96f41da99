/**
 * Counts of distractors that are nearer to a probe than its mates: exact, with most of the work in float32.
 *
 * @module
 */
import { type CoarseProducts, coarseProducts } from "./coarse_products.ts";
import { keepLargest, type Largest } from "./largest.ts";
import type { MateCosines } from "./megaface_probes.ts";
import { rowProduct } from "./products.ts";

/** What is known of the distractors that have been counted. */
export interface DistractorCounts {
  /** Counts some more; unit vectors, row-major. */
  add(vectors: Float64Array): Promise<void>;
  /** For each mate, in the order of {@link MateCosines.cosines}, how many distractors are at least as near to the probe. */
  nearer(): Int32Array;
  /** The largest cosines of a probe with a distractor, descending. */
  readonly largest: Largest;
  /** Frees what is held. */
  dispose(): void;
}

/**
 * Starts counting. Cosines are computed in float32, and once more in float64 where the error could decide: near a
 * mate's cosine, or near the bound of the largest ones. The counts and the numbers kept are those of float64.
 *
 * @param probes Unit vectors, row-major.
 * @param keep How many of the largest cosines are kept.
 */
export async function countDistractors(
  probes: Float64Array,
  dimension: number,
  { mates: { start, cosines }, keep }: { readonly mates: MateCosines; readonly keep: number },
): Promise<DistractorCounts> {
  const coarse: CoarseProducts = await coarseProducts(probes, dimension), { error } = coarse;
  const largest = keepLargest(keep), count = start.length - 1;
  // Distractors of a probe by how many of its mates they reach: the k-th number is of those that reach k and no more.
  const reached = new Int32Array(cosines.length);

  /** Counts one distractor for a probe, given its coarse cosine; `offset` is that of its vector. */
  function countOne(row: number, product: number, vectors: Float64Array, offset: number): void {
    const from = start[row]!, end = start[row + 1]!;
    const near = from < end && product >= cosines[from]! - error, large = product >= largest.bound - error;
    const low = near ? placeOf(cosines, from, end, product - error) : from;
    const high = near ? placeOf(cosines, from, end, product + error) : from;
    let place = low;
    if (large || low !== high) {
      const exact = rowProduct(probes, row * dimension, vectors, offset, dimension);
      if (low !== high) place = placeOf(cosines, from, end, exact);
      if (large) largest.push(exact);
    }
    if (place > from) reached[place - 1]!++;
  }

  return {
    largest,
    async add(vectors) {
      const products = await coarse.multiply(vectors), columns = vectors.length / dimension;
      for (let row = 0; row < count; row++) {
        const lowest = start[row]! < start[row + 1]! ? cosines[start[row]!]! : Infinity;
        const from = row * columns, end = from + columns;
        for (let at = from; at < end; at++) {
          at = firstAtLeast(products, at, end, Math.min(lowest, largest.bound) - error);
          if (at < end) countOne(row, products[at]!, vectors, (at - from) * dimension);
        }
      }
    },
    nearer() {
      const counts = new Int32Array(reached.length);
      for (let row = 0; row < count; row++) {
        let sum = 0;
        for (let at = start[row + 1]! - 1; at >= start[row]!; at--) counts[at] = sum += reached[at]!;
      }
      return counts;
    },
    dispose: coarse.dispose,
  };
}

/** Place after the last of the ascending numbers from `from` to `end` that a value reaches. */
function placeOf(ascending: Float64Array, from: number, end: number, value: number): number {
  while (from < end) {
    const middle = (from + end) >>> 1;
    if (ascending[middle]! <= value) from = middle + 1;
    else end = middle;
  }
  return from;
}

/** Place of the first number from `from` on that is not below a bound, or `end`. */
function firstAtLeast(values: Float32Array, from: number, end: number, bound: number): number {
  while (from < end && values[from]! < bound) from++;
  return from;
}
