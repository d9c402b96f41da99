/**
 * Face verification as FaceX-Zoo defines it.
 *
 * @module
 */
import { z } from "zod";
import { squaredDistances } from "./distance.ts";
import { type UnitEmbeddings, unitEmbeddings } from "./embeddings.ts";
import { measured, overFolds } from "./figures.ts";
import {
  defineProtocol,
  type Metric,
  type MetricDefinition,
  type Pairs,
  type ProtocolPlugin,
  type ScoredPairs,
} from "./protocol.ts";
import { acceptedBelow, sortDistances } from "./roc.ts";
import { standardDeviation } from "./spread.ts";
import { ACCURACY, pairCurves, pairsOf } from "./verification_parts.ts";

/** Thresholds between the least and the greatest score of the other folds. */
const STEPS = 1000;

const METRICS: readonly MetricDefinition[] = [
  { ...ACCURACY, summary: "Pairs judged rightly, at the threshold of the greatest tpr − fpr on the other folds" },
  {
    name: "standard-error",
    unit: "fraction",
    higherIsBetter: null,
    summary: "Standard error of the accuracy's mean over the folds, which FaceX-Zoo prints as its spread",
  },
];

/** Cosine of each pair. */
function cosines({ values, dimension }: UnitEmbeddings, { first, second }: Pairs): Float64Array {
  return Float64Array.from(first, (image, pair) => {
    const a = image * dimension, b = second[pair]! * dimension;
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += values[a + i]! * values[b + i]!;
    return sum;
  });
}

/** Threshold among 1000 evenly spaced ones at which `tpr − fpr` is greatest, the first of equals. */
function youdenThreshold(scores: Float64Array, same: Uint8Array): number {
  const kinds = [0, 1].map((kind) => scores.filter((_, pair) => same[pair] === kind).map((score) => -score).sort());
  const all = scores.slice().sort(), least = all[0]!, step = (all[all.length - 1]! - least) / STEPS;
  let best = -Infinity, chosen = least;
  for (let i = 1; i <= STEPS; i++) {
    const threshold = least + step * i;
    const [fpr, tpr] = kinds.map((negated) => acceptedBelow(negated, -threshold) / negated.length) as [number, number];
    if (tpr - fpr > best) best = tpr - fpr, chosen = threshold;
  }
  return chosen;
}

/** 1 for pairs that lie on the right side of the threshold of the other folds; on it, both kinds are wrong. */
function judge(scores: Float64Array, { same, fold, folds }: ScoredPairs): Uint8Array {
  const thresholds = Float64Array.from({ length: folds }, (_, index) => {
    const others = (_: unknown, pair: number) => fold[pair] !== index;
    return youdenThreshold(scores.filter(others), same.filter(others));
  });
  return Uint8Array.from(scores, (score, pair) => {
    const threshold = thresholds[fold[pair]!]!;
    return Number(same[pair] ? score > threshold : score < threshold);
  });
}

function metricsOf(scores: Float64Array, pairs: ScoredPairs): Metric[] {
  const right = judge(scores, pairs), rights = new Float64Array(pairs.folds), totals = new Float64Array(pairs.folds);
  right.forEach((value, pair) => {
    rights[pairs.fold[pair]!]! += value;
    totals[pairs.fold[pair]!]! += 1;
  });
  const accuracies = rights.map((count, fold) => count / totals[fold]!);
  return measured(METRICS, [
    overFolds(accuracies, scores.length),
    { value: standardDeviation(accuracies, 1) / Math.sqrt(pairs.folds), n: pairs.folds },
  ]);
}

/** Cosines of stored scores, which are squared distances. */
function cosinesOf(distances: Float64Array): Float64Array {
  return distances.map((distance) => 1 - distance / 2);
}

/**
 * Verification of pairs as FaceX-Zoo's `LFWEvaluator` has it, by the cosine c of unit embeddings.
 *
 * - `accuracy`: the threshold is that of `t_i = min + i (max − min) / 1000`, i = 1 … 1000, over the cosines of the other
 *   folds, at which `tpr − fpr` is greatest (Youden's index), the first of equals; a same pair is right iff `c > t`, a
 *   different one iff `c < t`.
 * - `standard-error`: `s / √folds` with ddof 1, which that code prints after the ±; the `std` of `accuracy` is that
 *   over folds with ddof 0, as for every definition.
 *
 * That code keeps cosines as float32; here they are float64. Scores are squared distances. Throws as `verification`
 * does.
 *
 * Source: https://github.com/JDAI-CV/FaceX-Zoo, `test_protocol/lfw/lfw_evaluator.py`.
 */
export const verificationFacexzoo: ProtocolPlugin = defineProtocol({
  name: "verification-facexzoo",
  version: "1.0.0",
  summary: "Same or different, by FaceX-Zoo's definition: k-fold accuracy by cosine, threshold by Youden's index",
  reference: "https://github.com/JDAI-CV/FaceX-Zoo/blob/main/test_protocol/lfw/lfw_evaluator.py",
  formula: "same iff cos(a, b) > t, t = argmax tpr − fpr on the other folds",
  notes: [
    "Not optimistic: the threshold comes from the other folds. Its grid follows the scores, so it is finer than " +
    "insightface's where these lie close together.",
    "What the public code prints after the ± is standard-error, about a third of the spread over ten folds that other " +
    "definitions report.",
    "No flip is part of the definition.",
  ],
  params: z.strictObject({}),
  wants: "pairs",
  metrics: () => METRICS,
  mirrored: () => false,
  outcomes: (_params, scores, pairs) => judge(cosinesOf(scores), pairs),
  rescore: (_params, scores, pairs) => metricsOf(cosinesOf(scores), pairs),
  evaluate(_params, input) {
    const pairs = pairsOf(input), { folds } = pairs;
    const unit = unitEmbeddings(input.embeddings, false), scores = cosines(unit, pairs);
    const distances = squaredDistances(unit, pairs);
    return {
      definition: `facexzoo-verification/1; flip=none; score=cosine; folds=${folds}; ` +
        `grid=min:max:${STEPS}; choice=youden; tie=first; strict-both; ddof=0; error=ddof1/sqrt-folds`,
      metrics: metricsOf(scores, pairs),
      scores: Float32Array.from(distances),
      curves: pairCurves(sortDistances(distances, pairs.same)),
    };
  },
});
