/**
 * Face verification as OpenSphere defines it.
 *
 * @module
 */
import { z } from "zod";
import { squaredDistances } from "./distance.ts";
import { unitEmbeddings } from "./embeddings.ts";
import { AUC, EER, measured } from "./figures.ts";
import { defineProtocol, type Metric, type MetricDefinition, type ProtocolPlugin } from "./protocol.ts";
import { formatRate } from "./rate.ts";
import { ratesParam } from "./rates_param.ts";
import { acceptedBelow, areaUnderCurve, equalErrorRate, sortDistances, type SortedDistances } from "./roc.ts";
import { pairCurves, pairsOf } from "./verification_parts.ts";

const params = z.strictObject({
  far: ratesParam([1e-2, 1e-3], "False accept rates, in (0, 1), at which tar@… is measured"),
});

function definitions(far: readonly number[]): MetricDefinition[] {
  const rate = { unit: "fraction", higherIsBetter: true };
  return [
    { name: "accuracy", ...rate, summary: "Pairs judged rightly, at the threshold best on these very pairs" },
    ...far.map((value) => ({
      name: `tar@${formatRate(value)}`,
      ...rate,
      summary: `Same pairs accepted at false accept rate ${formatRate(value)}, linear between operating points`,
    })),
    AUC,
    EER,
  ];
}

/** The most pairs that are judged rightly at any one threshold, "accept none" among them, and the first such threshold. */
function bestThreshold({ same, different }: SortedDistances): { readonly right: number; readonly upTo: number } {
  let right = different.length, upTo = -Infinity, s = 0, d = 0;
  while (s < same.length) {
    const distance = same[s]!;
    while (same[s] === distance) s++;
    while (d < different.length && different[d]! <= distance) d++;
    const now = s + different.length - d;
    if (now > right) right = now, upTo = distance;
  }
  return { right, upTo };
}

function metricsOf(sorted: SortedDistances, far: readonly number[]): Metric[] {
  const n = sorted.same.length + sorted.different.length;
  return measured(definitions(far), [
    { value: bestThreshold(sorted).right / n, n },
    ...far.map((rate) => ({ value: interpolatedTar(sorted, rate), n: sorted.same.length })),
    { value: areaUnderCurve(sorted), n },
    { value: equalErrorRate(sorted), n },
  ]);
}

/** True accept rate at a false accept rate, linear between the operating points; of several at that rate the highest. */
function interpolatedTar({ same, different }: SortedDistances, far: number): number {
  const { length } = different, tar = (accepted: number) => accepted / same.length;
  // As numpy.interp: the last point of a rate at or below the wanted one, and the first point of the next rate.
  let low = 0, high = length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (middle / length <= far) low = middle;
    else high = middle - 1;
  }
  const next = different[low]!, accepted = acceptedBelow(different, next);
  let end = accepted, both = 0;
  while (end < length && different[end] === next) end++;
  while (both < same.length && same[both]! <= next) both++;
  const x0 = accepted / length, y0 = tar(acceptedBelow(same, next));
  return y0 + (tar(both) - y0) / (end / length - x0) * (far - x0);
}

/**
 * Verification of pairs as OpenSphere's `get_results` has it, over all pairs at once: image and mirror are averaged,
 * `a = (e + ē) / ‖e + ē‖`, and scored by their cosine, which orders pairs as the squared distance does.
 *
 * - `accuracy`: the greatest at any threshold of the ROC curve of the pairs themselves; no folds, so no spread.
 * - `tar@…`: linear between the operating points of the ROC curve, the highest where a rate has several.
 * - `auc`, `eer`: as in `verification`.
 *
 * That is its scoring for heads on unit embeddings; SimPLE has an inner product of its own there. Scores are squared
 * distances. Throws as `verification` does.
 *
 * Source: https://github.com/ydwen/opensphere, `opensphere/dataset/utils.py`, `opensphere/model.py`,
 * `opensphere/module/head/common.py`.
 */
export const verificationOpensphere: ProtocolPlugin = defineProtocol({
  name: "verification-opensphere",
  version: "1.0.0",
  summary: "Same or different, by OpenSphere's definition: best accuracy on the pairs themselves, without folds",
  reference: "https://github.com/ydwen/opensphere/blob/main/opensphere/dataset/utils.py",
  formula: "accuracy = max_t (tpr P + tnr N) / (P + N)",
  notes: [
    "Optimistic: the threshold is chosen on the pairs that are measured, so the accuracy is never below that of any " +
    "fixed threshold on them. Do not compare it with figures of k-fold definitions.",
    "TAR at FAR is interpolated, where `verification` takes an operating point at or below the rate.",
    "The flip is part of the definition.",
  ],
  params,
  wants: "pairs",
  metrics: ({ far }) => definitions(far),
  mirrored: () => true,
  outcomes(_params, scores, { same }) {
    const { upTo } = bestThreshold(sortDistances(scores, same));
    return Uint8Array.from(scores, (distance, pair) => Number(distance <= upTo === (same[pair] === 1)));
  },
  rescore: ({ far }, scores, { same }) => metricsOf(sortDistances(scores, same), far),
  evaluate({ far }, input) {
    const pairs = pairsOf(input), distances = squaredDistances(unitEmbeddings(input.embeddings, true), pairs);
    const sorted = sortDistances(distances, pairs.same);
    return {
      definition: "opensphere-verification/1; flip=mean; score=cosine; folds=none; accuracy=best-of-roc; " +
        "tar=linear,last-of-equals; auc=trapezoid; eer=linear",
      metrics: metricsOf(sorted, far),
      scores: Float32Array.from(distances),
      curves: pairCurves(sorted),
    };
  },
});
