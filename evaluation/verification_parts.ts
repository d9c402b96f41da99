/**
 * What the definitions of verification share: their input, their metrics' names, their curves.
 *
 * @module
 */
import { squaredDistances } from "./distance.ts";
import { unitEmbeddings } from "./embeddings.ts";
import { measured, overFolds } from "./figures.ts";
import { bestOnOthers, foldOutcomes } from "./kfold.ts";
import { angleCurves, errorCurves } from "./pair_curves.ts";
import { checkPairs } from "./pairs.ts";
import type { Curve, Evaluation, Metric, MetricDefinition, Pairs, ProtocolInput, ScoredPairs } from "./protocol.ts";
import { sortDistances, type SortedDistances } from "./roc.ts";
import { mean } from "./spread.ts";

/** The figure that every definition gives, each in its own way. */
export const ACCURACY: MetricDefinition = Object.freeze({
  name: "accuracy",
  unit: "fraction",
  higherIsBetter: true,
  summary: "Pairs judged rightly, at the threshold best on the other folds",
});

/** The mean over folds of the thresholds behind {@link ACCURACY}, where a definition reports it. */
export const THRESHOLD: MetricDefinition = Object.freeze({
  name: "threshold",
  unit: "squared distance",
  higherIsBetter: null,
  summary: "Mean over the folds of the squared distance below which two images are taken for one class",
});

/**
 * The pairs of an evaluation, checked.
 *
 * @throws {TypeError} if there are none.
 * @throws {RangeError} as {@link checkPairs}.
 */
export function pairsOf({ pairs, embeddings }: ProtocolInput): Pairs {
  if (!pairs) throw new TypeError("Cannot verify without pairs: give the evaluation a reader that gives pairs");
  checkPairs(pairs, embeddings.count);
  return pairs;
}

/** Curves of scored pairs; see {@link errorCurves} and {@link angleCurves}. */
export function pairCurves(distances: SortedDistances): Curve[] {
  return [...errorCurves(distances), ...angleCurves(distances)];
}

/** Accuracy as insightface's script has it and the mean of its thresholds, which is what its descendants report. */
export function gridAccuracy(input: ProtocolInput, flip: boolean, definition: readonly string[]): Evaluation {
  const pairs = pairsOf(input), unit = unitEmbeddings(input.embeddings, flip);
  const distances = squaredDistances(unit, pairs);
  return {
    definition: [
      ...definition,
      "distance=squared-l2",
      `folds=${pairs.folds}`,
      "grid=0:4:0.01",
      "tie=first",
      "strict",
      "ddof=0",
    ].join("; "),
    metrics: gridMetrics(distances, pairs),
    scores: Float32Array.from(distances),
    curves: pairCurves(sortDistances(distances, pairs.same)),
  };
}

function gridMetrics(distances: Float64Array, pairs: ScoredPairs): Metric[] {
  const { accuracies, thresholds } = bestOnOthers(() => distances, pairs);
  return measured([ACCURACY, THRESHOLD], [
    overFolds(accuracies, distances.length),
    { value: mean(thresholds), n: pairs.folds },
  ]);
}

/** What stored scores tell again of {@link gridAccuracy}. */
export const gridRescoring: {
  outcomes(params: unknown, scores: Float64Array, pairs: ScoredPairs): Uint8Array;
  rescore(params: unknown, scores: Float64Array, pairs: ScoredPairs): readonly Metric[];
} = Object.freeze({
  outcomes: (_params: unknown, scores: Float64Array, pairs: ScoredPairs) => foldOutcomes(scores, pairs),
  rescore: (_params: unknown, scores: Float64Array, pairs: ScoredPairs) => gridMetrics(scores, pairs),
});
