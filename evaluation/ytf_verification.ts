/**
 * Verification of videos as insightface's script for YouTube Faces defines it.
 *
 * @module
 */
import { z } from "zod";
import { errorCurves } from "./pair_curves.ts";
import { squaredDistances } from "./distance.ts";
import { AUC, EER, measured, overFolds } from "./figures.ts";
import { foldAccuracies, foldOutcomes } from "./kfold.ts";
import { checkPairs } from "./pairs.ts";
import {
  defineStreamedProtocol,
  type Metric,
  type MetricDefinition,
  type Pairs,
  type ScoredPairs,
  type StreamedProtocolPlugin,
  type Templates,
} from "./protocol.ts";
import { formatRate } from "./rate.ts";
import { ratesParam } from "./rates_param.ts";
import { areaUnderCurve, equalErrorRate, sortDistances, tarAtFar } from "./roc.ts";
import { createTemplatePool } from "./template_pooling.ts";

const params = z.strictObject({
  flip: z.boolean().default(false).describe("Add the embedding of the mirrored frame first; the script does not"),
  far: ratesParam([1e-2, 1e-3], "False accept rates, in (0, 1), at which tar@… is measured"),
});

function definitions(far: readonly number[]): MetricDefinition[] {
  const rate = { unit: "fraction", higherIsBetter: true };
  return [
    { name: "accuracy", ...rate, summary: "Pairs of videos judged rightly, at the threshold best on the other folds" },
    ...far.map((value) => ({
      name: `tar@${formatRate(value)}`,
      ...rate,
      summary: `Same pairs accepted while at most ${formatRate(value)} of the different pairs are`,
    })),
    AUC,
    EER,
  ];
}

function metricsOf(distances: Float64Array, pairs: ScoredPairs, far: readonly number[]): Metric[] {
  const sorted = sortDistances(distances, pairs.same), n = distances.length, same = sorted.same.length;
  return measured(definitions(far), [
    overFolds(foldAccuracies(distances, pairs), n),
    ...far.map((rate) => ({ value: tarAtFar(sorted, rate), n: same })),
    { value: areaUnderCurve(sorted), n },
    { value: equalErrorRate(sorted), n },
  ]);
}

/**
 * Verification of pairs of videos by the squared distance of their vectors: each frame at unit length, their mean, unit
 * length. `accuracy` ± spread over folds (ddof 0): thresholds `0, 0.01, …, 3.99`, best on the other folds, first of
 * equals; same iff distance < threshold. `tar@…`, `auc`, `eer` are over all pairs at once. Scores are the distances.
 *
 * Throws `TypeError` without pairs of templates in folds, `RangeError` for fewer than two folds, a fold without pairs
 * of both kinds, and a frame without a direction.
 *
 * Source: https://github.com/deepinsight/insightface, `src/eval/ytf.py` (2018), mode 1.
 */
export const ytfVerification: StreamedProtocolPlugin = defineStreamedProtocol({
  name: "ytf-verification",
  version: "1.0.0",
  summary: "YouTube Faces: k-fold accuracy over pairs of videos, each the mean of its unit frames",
  reference: "https://doi.org/10.1109/CVPR.2011.5995566",
  formula: "v = Σ_frames x/‖x‖; same iff ‖v₁/‖v₁‖ − v₂/‖v₂‖‖² < t",
  params,
  wants: "templates",
  metrics: ({ far }) => definitions(far),
  mirrored: ({ flip }) => flip,
  outcomes: (_params, scores, pairs) => foldOutcomes(scores, pairs),
  rescore: ({ far }, scores, pairs) => metricsOf(scores, pairs, far),
  async evaluateStream({ flip, far }, { embeddings, templates }) {
    const pairs = pairsInFolds(templates);
    checkPairs(pairs, templates!.count);
    const pool = createTemplatePool(embeddings, templates!, { flip, unit: true });
    const all = Int32Array.from({ length: templates!.count }, (_, template) => template);
    const unit = { values: await pool.pool(all), dimension: pool.dimension, count: all.length, meanNorm: 1, norms: 0 };
    const distances = squaredDistances(unit, pairs);
    return {
      definition: [
        "ytf-verification/1",
        `flip=${flip ? "sum" : "none"}`,
        "frames=unit",
        "video=mean",
        "distance=squared-l2",
        `folds=${pairs.folds}`,
        "grid=0:4:0.01",
        "tie=first",
        "strict",
        "ddof=0",
        "tar=order-statistic",
        "auc=mann-whitney",
        "eer=linear",
      ].join("; "),
      metrics: metricsOf(distances, pairs, far),
      scores: Float32Array.from(distances),
      curves: errorCurves(sortDistances(distances, pairs.same)),
    };
  },
});

function pairsInFolds(templates: Templates | undefined): Pairs {
  const pairs = templates?.pairs, fold = pairs?.fold;
  if (pairs && fold) return { ...pairs, fold };
  throw new TypeError(
    "Cannot verify videos without pairs of templates in folds: give the evaluation a reader that gives such, as ytf",
  );
}
