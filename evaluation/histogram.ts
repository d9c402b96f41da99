/**
 * Counts of accepted pairs on a grid of thresholds, fold by fold, without comparing every pair with every threshold.
 *
 * @module
 */
import type { Pairs } from "./protocol.ts";

/** Thresholds `0, step, 2·step, …` (`count` of them), computed as `i · step`, as numpy's `arange` does. */
export interface Grid {
  /** Distance between neighbours. */
  readonly step: number;
  /** Number of thresholds. */
  readonly count: number;
}

/** For each fold and threshold, how many pairs of a kind lie strictly below the threshold; `[folds, count]`. */
export interface AcceptedCounts {
  /** Accepted same pairs. */
  readonly same: Uint32Array;
  /** Accepted different pairs. */
  readonly different: Uint32Array;
  /** Same pairs of each fold. */
  readonly sameTotal: Uint32Array;
  /** Different pairs of each fold. */
  readonly differentTotal: Uint32Array;
}

/** Index of the first threshold strictly above a distance, or `count` where there is none. */
export function firstAbove(distance: number, grid: Grid): number {
  let index = Math.min(Math.max(Math.floor(distance / grid.step), 0), grid.count);
  while (index > 0 && distance < (index - 1) * grid.step) index--;
  while (index < grid.count && !(distance < index * grid.step)) index++;
  return index;
}

/** Counts the accepted pairs of each fold at every threshold of a grid: a pair is accepted iff distance < threshold. */
export function acceptedCounts(
  distances: Float64Array,
  pairs: Pick<Pairs, "same" | "fold" | "folds">,
  grid: Grid,
): AcceptedCounts {
  const same = new Uint32Array(pairs.folds * grid.count), different = new Uint32Array(pairs.folds * grid.count);
  const sameTotal = new Uint32Array(pairs.folds), differentTotal = new Uint32Array(pairs.folds);
  for (let pair = 0; pair < distances.length; pair++) {
    const fold = pairs.fold[pair]!, bin = firstAbove(distances[pair]!, grid);
    const counts = pairs.same[pair] ? same : different, totals = pairs.same[pair] ? sameTotal : differentTotal;
    totals[fold]!++;
    if (bin < grid.count) counts[fold * grid.count + bin]!++;
  }
  for (const counts of [same, different]) {
    for (let fold = 0; fold < pairs.folds; fold++) {
      for (let i = fold * grid.count + 1; i < (fold + 1) * grid.count; i++) counts[i]! += counts[i - 1]!;
    }
  }
  return { same, different, sameTotal, differentTotal };
}

/** Sums `[folds, count]` counts over every fold but one: what a threshold for that fold is chosen on. */
export function exceptFold(counts: Uint32Array, folds: number, fold: number): Uint32Array {
  const width = counts.length / folds;
  const sum = new Uint32Array(width);
  for (let other = 0; other < folds; other++) {
    if (other === fold) continue;
    for (let i = 0; i < width; i++) sum[i]! += counts[other * width + i]!;
  }
  return sum;
}
