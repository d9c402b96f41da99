/**
 * Accuracy of each fold at the threshold that is best on the other folds.
 *
 * @module
 */
import { acceptedCounts, exceptFold, type Grid } from "./histogram.ts";
import type { Pairs } from "./protocol.ts";

/** The thresholds of insightface's accuracy: `arange(0, 4, 0.01)`. */
export const ACCURACY_GRID: Grid = Object.freeze({ step: 0.01, count: 400 });

/**
 * For each fold, the share of its pairs that are judged rightly (same iff distance < threshold) at the threshold of
 * {@link ACCURACY_GRID} that judges most pairs of the other folds rightly, the lowest of equals.
 *
 * Source: insightface, `recognition/arcface_torch/eval/verification.py`, `calculate_roc`.
 *
 * @returns Accuracies, shape `[folds]`.
 */
export function foldAccuracies(distances: Float64Array, pairs: Pick<Pairs, "same" | "fold" | "folds">): Float64Array {
  const { folds } = pairs, { count } = ACCURACY_GRID;
  const accepted = acceptedCounts(distances, pairs, ACCURACY_GRID);
  const accuracies = new Float64Array(folds);
  for (let fold = 0; fold < folds; fold++) {
    // The number of different pairs that are rejected is a constant minus those accepted, so it need not be added.
    const same = exceptFold(accepted.same, folds, fold), different = exceptFold(accepted.different, folds, fold);
    let best = 0;
    for (let i = 1; i < count; i++) if (same[i]! - different[i]! > same[best]! - different[best]!) best = i;
    const at = fold * count + best;
    const right = accepted.same[at]! + accepted.differentTotal[fold]! - accepted.different[at]!;
    accuracies[fold] = right / (accepted.sameTotal[fold]! + accepted.differentTotal[fold]!);
  }
  return accuracies;
}
