/**
 * 1:1 verification of templates as the IJB scripts of insightface define it.
 *
 * @module
 */
import { z } from "zod";
import { AUC, EER, measured } from "./figures.ts";
import { nearestTar } from "./nearest_tar.ts";
import { errorCurves } from "./pair_curves.ts";
import { defineStreamedProtocol, type MetricDefinition, type StreamedProtocolPlugin } from "./protocol.ts";
import { formatRate } from "./rate.ts";
import { ratesParam } from "./rates_param.ts";
import { areaUnderCurve, equalErrorRate, tarAtFar } from "./roc.ts";
import { fuseTemplates, FUSION_FIELDS, fusionId, pairCosines } from "./template_fusion.ts";

const params = z.strictObject({
  ...FUSION_FIELDS,
  far: ratesParam([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1], "False accept rates, in (0, 1)"),
});

function definitions(far: readonly number[]): MetricDefinition[] {
  const rate = { unit: "fraction", higherIsBetter: true };
  return [
    ...far.map((value) => ({
      name: `tar@${formatRate(value)}`,
      ...rate,
      summary: `Same pairs accepted while at most ${formatRate(value)} of the different pairs are`,
    })),
    ...far.map((value) => ({
      name: `tar-nearest@${formatRate(value)}`,
      ...rate,
      summary: `Same pairs accepted at the point of scikit-learn's ROC nearest to ${
        formatRate(value)
      }: the scripts' rule`,
    })),
    AUC,
    EER,
  ];
}

/**
 * Verification of pairs of templates by the cosine of their vectors. A template's vector is made of its images'
 * embeddings x: `x + x̄` with the mirrored image, kept at its length, times the detector's score; then the mean within
 * each medium, the sum over the media, unit length. The parameters leave steps out.
 *
 * - `tar@…`: at most `FAR · N` of the N different pairs are accepted, see {@link tarAtFar}.
 * - `tar-nearest@…`: the figure that insightface's scripts print, see {@link nearestTar}; papers quote these.
 *
 * `n` is the number of same pairs (`tar…`) or of all pairs. Scores are squared distances `2 − 2 cos θ`, in the order of
 * the pairs. Vectors and cosines are float64, where the scripts fuse in float32. Throws `TypeError` without pairs of
 * templates, or without the detector's scores or mirrored embeddings that are asked for, `RangeError` if the pairs are
 * of one kind alone or a template has no direction.
 *
 * Source: https://github.com/deepinsight/insightface, `recognition/_evaluation_/ijb/ijb_11.py`.
 */
export const ijbVerification: StreamedProtocolPlugin = defineStreamedProtocol({
  name: "ijb-verification",
  version: "1.0.0",
  summary: "IJB 1:1: templates fused by medium, TAR at FAR by the exact rule and by that of insightface's scripts",
  reference: "https://github.com/deepinsight/insightface/blob/master/recognition/_evaluation_/ijb/ijb_11.py",
  formula: "t = Σ_media mean_images(score · (x + x̄)); s = t₁ · t₂ / (‖t₁‖ ‖t₂‖)",
  notes: [
    "Papers quote tar-nearest@…, the rule of insightface's scripts; at 1e-6 it may accept more than a millionth of the " +
    "different pairs, which tar@… never does.",
    "The scripts' variants N1 D1 F2 are the defaults; CVLface and notebooks report others, so say which.",
  ],
  params,
  wants: "templates",
  metrics: ({ far }) => definitions(far),
  mirrored: ({ flip }) => flip !== "none",
  async evaluateStream(params, { embeddings, templates }) {
    const pairs = templates?.pairs;
    if (!templates || !pairs) {
      throw new TypeError(
        "Cannot verify templates without pairs: give the evaluation a reader that gives such, as ijb",
      );
    }
    const all = Int32Array.from({ length: templates.count }, (_, template) => template);
    const pool = fuseTemplates(params, { embeddings, templates });
    const cosines = pairCosines(await pool.pool(all), pool.dimension, pairs);
    const scores = Float32Array.from(cosines, (cosine) => 2 - 2 * cosine);
    const sorted = sortCosines(cosines, pairs.same);
    const same = sorted.same.length, n = cosines.length, { far } = params;
    if (same === 0 || same === n) {
      throw new RangeError(`Cannot verify templates: found ${same} same pairs of ${n}, pairs of both kinds are wanted`);
    }
    const nearest = nearestTar(sorted, far);
    const figures = [
      ...far.map((rate) => ({ value: tarAtFar(sorted, rate), n: same })),
      ...nearest.map((value) => ({ value, n: same })),
      { value: areaUnderCurve(sorted), n },
      { value: equalErrorRate(sorted), n },
    ];
    return {
      definition: [
        "ijb-verification/1",
        ...fusionId(params),
        "tar=order-statistic",
        "tar-nearest=roc_curve,drop_intermediate,largest-of-equals",
        "auc=mann-whitney",
        "eer=linear",
      ].join("; "),
      metrics: measured(definitions(far), figures),
      scores,
      curves: errorCurves(sorted),
    };
  },
});

/** Negated cosines by kind of pair, ascending: as distances are, and without their rounding. */
function sortCosines(cosines: Float64Array, same: Uint8Array): { same: Float64Array; different: Float64Array } {
  let count = 0;
  for (const kind of same) count += kind;
  const sorted = { same: new Float64Array(count), different: new Float64Array(cosines.length - count) };
  for (let pair = 0, s = 0, d = 0; pair < cosines.length; pair++) {
    if (same[pair] === 1) sorted.same[s++] = -cosines[pair]!;
    else sorted.different[d++] = -cosines[pair]!;
  }
  sorted.same.sort();
  sorted.different.sort();
  return sorted;
}
