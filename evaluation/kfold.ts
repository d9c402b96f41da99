/**
 * Accuracy of each fold at the threshold that is best on the other folds.
 *
 * @module
 */
import { type AcceptedCounts, acceptedCounts, exceptFold, type Grid } from "./histogram.ts";
import type { Pairs, ScoredPairs } from "./protocol.ts";

/** The thresholds of insightface's accuracy: `arange(0, 4, 0.01)`. */
export const ACCURACY_GRID: Grid = Object.freeze({ step: 0.01, count: 400 });

/** What each fold gives at the threshold chosen on the others; shapes `[folds]`. */
export interface FoldAccuracies {
  /** Share of the fold's pairs that are judged rightly. */
  readonly accuracies: Float64Array;
  /** The threshold. */
  readonly thresholds: Float64Array;
}

/**
 * For each fold, the share of its pairs that are judged rightly (same iff distance < threshold) at the threshold of
 * {@link ACCURACY_GRID} that judges most pairs of the other folds rightly, the lowest of equals.
 *
 * Source: insightface, `recognition/arcface_torch/eval/verification.py`, `calculate_roc`.
 *
 * @returns Accuracies, shape `[folds]`.
 */
export function foldAccuracies(distances: Float64Array, pairs: Pick<Pairs, "same" | "fold" | "folds">): Float64Array {
  return bestOnOthers(() => distances, pairs).accuracies;
}

/**
 * As {@link foldAccuracies}, with the thresholds, where the distances may depend on the fold that is left out because
 * something was fitted to the others.
 *
 * @param distances Distances of all pairs for a fold; the same array again is not counted again.
 */
export function bestOnOthers(
  distances: (fold: number) => Float64Array,
  pairs: Pick<Pairs, "same" | "fold" | "folds">,
): FoldAccuracies {
  const { folds } = pairs, accuracies = new Float64Array(folds), thresholds = new Float64Array(folds);
  let counted: Float64Array | undefined, accepted: AcceptedCounts | undefined;
  for (let fold = 0; fold < folds; fold++) {
    const found = distances(fold);
    if (!accepted || found !== counted) accepted = acceptedCounts(found, pairs, ACCURACY_GRID);
    counted = found;
    const best = bestThreshold(accepted, folds, fold), at = fold * ACCURACY_GRID.count + best;
    const right = accepted.same[at]! + accepted.differentTotal[fold]! - accepted.different[at]!;
    accuracies[fold] = right / (accepted.sameTotal[fold]! + accepted.differentTotal[fold]!);
    thresholds[fold] = best * ACCURACY_GRID.step;
  }
  return { accuracies, thresholds };
}

/**
 * Which pairs are judged rightly (1) at the thresholds of {@link bestOnOthers}: what {@link foldAccuracies} counts.
 *
 * @returns Shape `[pairs]`.
 */
export function foldOutcomes(distances: Float64Array, pairs: ScoredPairs): Uint8Array {
  const { thresholds } = bestOnOthers(() => distances, pairs);
  return Uint8Array.from(
    distances,
    (distance, pair) => Number(distance < thresholds[pairs.fold[pair]!]! === (pairs.same[pair] === 1)),
  );
}

/** Place in the grid of the threshold that judges most pairs of the other folds rightly, the first of equals. */
function bestThreshold(accepted: AcceptedCounts, folds: number, fold: number): number {
  // The number of different pairs that are rejected is a constant minus those accepted, so it need not be added.
  const same = exceptFold(accepted.same, folds, fold), different = exceptFold(accepted.different, folds, fold);
  let best = 0;
  for (let i = 1; i < same.length; i++) if (same[i]! - different[i]! > same[best]! - different[best]!) best = i;
  return best;
}
