/**
 * Figures of the receiver operating characteristic: TAR at FAR, AUC, EER. Exact, with no grid of thresholds.
 *
 * @module
 */

/** Distances of the two kinds of pairs, each ascending and not empty. */
export interface SortedDistances {
  /** Of pairs of one class. */
  readonly same: Float64Array;
  /** Of pairs of two classes. */
  readonly different: Float64Array;
}

/**
 * Splits distances by kind of pair and sorts them.
 *
 * @param distances One a pair, shape `[pairs]`.
 * @param same 1 where both images of a pair are of one class, else 0, shape `[pairs]`.
 */
export function sortDistances(distances: Float64Array, same: Uint8Array): SortedDistances {
  return {
    same: distances.filter((_, pair) => same[pair] === 1).sort(),
    different: distances.filter((_, pair) => same[pair] === 0).sort(),
  };
}

/** How many of ascending distances lie strictly below a threshold, and are accepted. */
export function acceptedBelow(ascending: Float64Array, bound: number): number {
  let low = 0, high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * True accept rate at a false accept rate: the share of same pairs strictly below the threshold `different[⌊FAR·N⌋]`
 * (ascending, from 0; N different pairs), so that at most `FAR·N` different pairs are accepted.
 *
 * @param far False accept rate, in `(0, 1)`.
 *
 * @example
 * ```ts
 * import { tarAtFar } from "./roc.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const distances = { same: Float64Array.of(0.1, 0.2, 0.9), different: Float64Array.of(0.5, 1, 1.5, 2) };
 * assertEquals(tarAtFar(distances, 0.2), 2 / 3); // ⌊0.2 · 4⌋ = 0 false accepts: threshold 0.5
 * assertEquals(tarAtFar(distances, 0.25), 1); // one false accept: threshold 1
 * ```
 */
export function tarAtFar(distances: SortedDistances, far: number): number {
  const { length } = distances.different;
  // A rate such as 0.29 of 100 pairs is 28.999999999999996 in binary; the tiny addend makes it the 29 that it means.
  const allowed = Math.min(Math.floor(far * length + 1e-9), length - 1);
  return acceptedBelow(distances.same, distances.different[allowed]!) / distances.same.length;
}

/** Area under the curve: `P(same < different) + ½ P(same = different)`, the Mann–Whitney statistic. */
export function areaUnderCurve({ same, different }: SortedDistances): number {
  let below = 0, notAbove = 0, wins = 0;
  for (const distance of different) {
    while (below < same.length && same[below]! < distance) below++;
    while (notAbove < same.length && same[notAbove]! <= distance) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (same.length * different.length);
}

/**
 * Equal error rate: where false accept and false reject rate meet, linear between the operating points that accept
 * all distances up to each observed one, from "accept none" on.
 */
export function equalErrorRate({ same, different }: SortedDistances): number {
  let far = 0, frr = 1, s = 0, d = 0;
  while (true) {
    const distance = Math.min(same[s] ?? Infinity, different[d] ?? Infinity);
    while (same[s] === distance) s++;
    while (different[d] === distance) d++;
    const nextFar = d / different.length, nextFrr = 1 - s / same.length;
    if (nextFar >= nextFrr) {
      const gap = frr - far;
      return far + gap / (gap + nextFar - nextFrr) * (nextFar - far);
    }
    far = nextFar, frr = nextFrr;
  }
}
