/**
 * Validation rate at a false accept rate, with the threshold carried over from the other folds.
 *
 * @module
 */
import { acceptedCounts, exceptFold, type Grid } from "./histogram.ts";
import type { Pairs } from "./protocol.ts";

/** The thresholds of insightface's VAL: `arange(0, 4, 0.001)`. */
export const VAL_GRID: Grid = Object.freeze({ step: 0.001, count: 4000 });

/** Rates of each fold at the threshold chosen on the others; shape `[folds]`. */
export interface FoldRates {
  /** Share of the fold's same pairs that are accepted. */
  readonly val: Float64Array;
  /** Share of the fold's different pairs that are accepted. */
  readonly far: Float64Array;
}

/**
 * Threshold where the false accept rate reaches `target`, linear between the grid's points; 0 where it never does.
 *
 * Among thresholds of one rate the highest counts, which is what SciPy's `interp1d(…, kind="slinear")` did up to 1.8;
 * from 1.9 on it refuses equal rates, and insightface's script with it.
 *
 * @param accepted Accepted different pairs at each threshold of {@link VAL_GRID}, not decreasing.
 * @param total Number of different pairs.
 */
export function thresholdAtRate(accepted: Uint32Array, total: number, target: number): number {
  const last = accepted.length - 1;
  if (accepted[last]! / total < target) return 0;
  let below = last;
  while (below > 0 && accepted[below]! / total > target) below--;
  if (below === last) return last * VAL_GRID.step;
  const low = accepted[below]! / total, high = accepted[below + 1]! / total;
  const from = below * VAL_GRID.step, to = (below + 1) * VAL_GRID.step;
  return from + (target - low) / (high - low) * (to - from);
}

/**
 * VAL@FAR of each fold, a pair accepted iff distance < threshold.
 *
 * Source: insightface, `recognition/arcface_torch/eval/verification.py`, `calculate_val`.
 */
export function valAtFar(
  distances: Float64Array,
  pairs: Pick<Pairs, "same" | "fold" | "folds">,
  target: number,
): FoldRates {
  const { folds } = pairs;
  const counts = acceptedCounts(distances, pairs, VAL_GRID);
  const thresholds = Float64Array.from({ length: folds }, (_, fold) =>
    thresholdAtRate(
      exceptFold(counts.different, folds, fold),
      exceptFold(counts.differentTotal, folds, fold)[0]!,
      target,
    ));
  const val = new Float64Array(folds), far = new Float64Array(folds);
  for (let pair = 0; pair < distances.length; pair++) {
    const fold = pairs.fold[pair]!;
    if (distances[pair]! < thresholds[fold]!) (pairs.same[pair] ? val : far)[fold]!++;
  }
  for (let fold = 0; fold < folds; fold++) {
    val[fold]! /= counts.sameTotal[fold]!;
    far[fold]! /= counts.differentTotal[fold]!;
  }
  return { val, far };
}
