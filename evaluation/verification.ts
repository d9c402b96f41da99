/**
 * Face verification as insightface's `verification.py` defines it, with TAR at FAR, AUC and EER beside it.
 *
 * @module
 */
import { z } from "zod";
import { squaredDistances } from "./distance.ts";
import { unitEmbeddings } from "./embeddings.ts";
import { AUC, EER, type Figure, measured, overFolds } from "./figures.ts";
import { bestOnOthers, foldOutcomes } from "./kfold.ts";
import { projectedDistances } from "./pca.ts";
import { defineProtocol, type MetricDefinition, type ProtocolPlugin, type ScoredPairs } from "./protocol.ts";
import { formatRate } from "./rate.ts";
import { ratesParam } from "./rates_param.ts";
import { areaUnderCurve, equalErrorRate, sortDistances, type SortedDistances, tarAtFar } from "./roc.ts";
import { valAtFar } from "./val.ts";
import { ACCURACY, pairCurves, pairsOf } from "./verification_parts.ts";

/** The false accept rate at which insightface reports VAL. */
const VAL_FAR = 1e-3;

const params = z.strictObject({
  flip: z.boolean().default(false).describe(
    "Add the embedding of the mirrored image before normalising: insightface's code does, the ArcFace paper does not",
  ),
  far: ratesParam([1e-2, 1e-3], "False accept rates, in (0, 1), at which tar@… is measured"),
  pca: z.int().min(1).optional().describe(
    "Measure the accuracy on that many principal components of the other folds' embeddings, normalised anew",
  ),
});

function definitions(far: readonly number[]): MetricDefinition[] {
  const rate = { unit: "fraction", higherIsBetter: true };
  return [
    ACCURACY,
    ...far.map((value) => ({
      name: `tar@${formatRate(value)}`,
      ...rate,
      summary: `Same pairs accepted while at most ${formatRate(value)} of the different pairs are`,
    })),
    {
      name: `val@${formatRate(VAL_FAR)}`,
      ...rate,
      summary: `Same pairs accepted at the threshold of false accept rate ${formatRate(VAL_FAR)} on the other folds`,
    },
    {
      name: `far@${formatRate(VAL_FAR)}`,
      unit: "fraction",
      higherIsBetter: null,
      summary: `Different pairs accepted at the thresholds of val@${formatRate(VAL_FAR)}`,
    },
    AUC,
    EER,
    { name: "xnorm", unit: "norm", higherIsBetter: null, summary: "Mean norm of the embeddings before normalising" },
  ];
}

function definitionId(flip: boolean, folds: number, pca: number | undefined): string {
  return [
    "insightface-verification/1",
    `flip=${flip ? "sum" : "none"}`,
    ...pca === undefined ? [] : [`accuracy-pca=${pca},full`],
    "distance=squared-l2",
    `folds=${folds}`,
    "grid=0:4:0.01",
    "tie=first",
    "strict",
    "ddof=0",
    "tar=order-statistic",
    "val=0:4:0.001,slinear,last-of-equals",
    "auc=mann-whitney",
    "eer=linear",
  ].join("; ");
}

/** Every figure between the accuracy and xnorm: those that the distances decide. */
function rateFigures(
  distances: Float64Array,
  { pairs, sorted, far }: {
    readonly pairs: ScoredPairs;
    readonly sorted: SortedDistances;
    readonly far: readonly number[];
  },
): Figure[] {
  const all = distances.length, same = sorted.same.length, different = sorted.different.length;
  const rates = valAtFar(distances, pairs, VAL_FAR);
  return [
    ...far.map((rate) => ({ value: tarAtFar(sorted, rate), n: same })),
    overFolds(rates.val, same),
    overFolds(rates.far, different),
    { value: areaUnderCurve(sorted), n: all },
    { value: equalErrorRate(sorted), n: all },
  ];
}

/**
 * Verification of pairs by the squared distance of unit embeddings, `d = Σ (a/‖a‖ − b/‖b‖)²`; same iff `d < t`.
 *
 * - `accuracy` ± spread over folds (ddof 0): `t` from `0, 0.01, …, 3.99`, best on the other folds, first of equals.
 *   With `pca`, of embeddings projected as {@link projectedDistances} does; no other figure or curve is, as in the source.
 * - `val@1e-3`, `far@1e-3` ± spread over folds: `t` from the other folds at FAR 10⁻³, see {@link valAtFar}.
 * - `tar@…`, `auc`, `eer`: over all pairs at once, see {@link tarAtFar}, {@link areaUnderCurve}, {@link equalErrorRate}.
 * - `xnorm`: mean norm of the raw embeddings, mirrored ones included when `flip` is set.
 *
 * `n` is the number of pairs (`accuracy`, `auc`, `eer`), of same pairs (`tar@…`, `val@…`), of different pairs
 * (`far@…`), of embeddings (`xnorm`). Folds are those of the pair set; they equal insightface's contiguous ones when
 * the pairs are listed fold by fold. Scores are the distances. Throws `RangeError` for fewer than two folds, a fold
 * without pairs of both kinds, and an embedding that is not finite or has norm 0.
 *
 * Source: https://github.com/deepinsight/insightface, `recognition/arcface_torch/eval/verification.py`.
 */
export const verification: ProtocolPlugin = defineProtocol({
  name: "verification",
  version: "1.0.0",
  summary: "Same or different: k-fold accuracy, VAL and TAR at FAR, AUC, EER over pairs",
  reference: "https://github.com/deepinsight/insightface/blob/master/recognition/arcface_torch/eval/verification.py",
  formula: "same iff Σ (a/‖a‖ − b/‖b‖)² < t",
  notes: [
    "Not optimistic: the thresholds of accuracy and val@… come from the other folds. What other public code calls the " +
    "same accuracy are protocols of their own, verification-adaface, -evolve, -facexzoo, -magface and -opensphere.",
  ],
  params,
  wants: "pairs",
  metrics: ({ far }) => definitions(far),
  mirrored: ({ flip }) => flip,
  outcomes: ({ pca }, scores, pairs) => pca === undefined ? foldOutcomes(scores, pairs) : undefined,
  rescore({ far, pca }, scores, pairs) {
    const accuracy = overFolds(bestOnOthers(() => scores, pairs).accuracies, scores.length);
    const figures = [accuracy, ...rateFigures(scores, { pairs, sorted: sortDistances(scores, pairs.same), far })];
    return measured(definitions(far).slice(0, -1), figures).slice(pca === undefined ? 0 : 1);
  },
  evaluate({ flip, far, pca }, input) {
    const pairs = pairsOf(input), unit = unitEmbeddings(input.embeddings, flip);
    const distances = squaredDistances(unit, pairs);
    const sorted = sortDistances(distances, pairs.same);
    const { accuracies } = bestOnOthers(
      pca === undefined ? () => distances : projectedDistances(unit, pairs, pca),
      pairs,
    );
    return {
      definition: definitionId(flip, pairs.folds, pca),
      metrics: measured(definitions(far), [
        overFolds(accuracies, distances.length),
        ...rateFigures(distances, { pairs, sorted, far }),
        { value: unit.meanNorm, n: unit.norms },
      ]),
      scores: Float32Array.from(distances),
      curves: pairCurves(sorted),
    };
  },
});
