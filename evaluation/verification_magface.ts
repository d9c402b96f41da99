/**
 * Face verification as MagFace's code defines it.
 *
 * @module
 */
import { z } from "zod";
import { unitEmbeddings } from "./embeddings.ts";
import { measured, overFolds } from "./figures.ts";
import { bestOnOthers } from "./kfold.ts";
import { defineProtocol, type Embeddings, type Pairs, type ProtocolPlugin } from "./protocol.ts";
import { sortDistances } from "./roc.ts";
import { ACCURACY, pairCurves, pairsOf } from "./verification_parts.ts";

/** Angles over π, `acos(cos(a − m, b − m)) / π`, of all pairs, with m the mean of both images of the other folds' pairs. */
function centredAngles({ original, dimension }: Embeddings, pairs: Pairs, left: number): Float64Array {
  const { first, second, fold } = pairs, mean = new Float64Array(dimension);
  let count = 0;
  for (let pair = 0; pair < first.length; pair++) {
    if (fold[pair] === left) continue;
    count += 2;
    for (let i = 0; i < dimension; i++) {
      mean[i]! += original[first[pair]! * dimension + i]! + original[second[pair]! * dimension + i]!;
    }
  }
  for (let i = 0; i < dimension; i++) mean[i]! /= count;
  return Float64Array.from(first, (image, pair) => {
    const a = image * dimension, b = second[pair]! * dimension;
    let dot = 0, aa = 0, bb = 0;
    for (let i = 0; i < dimension; i++) {
      const x = original[a + i]! - mean[i]!, y = original[b + i]! - mean[i]!;
      dot += x * y, aa += x * x, bb += y * y;
    }
    if (aa > 0 && bb > 0) return Math.acos(Math.min(1, Math.max(-1, dot / Math.sqrt(aa) / Math.sqrt(bb)))) / Math.PI;
    throw new RangeError(
      `Cannot measure the angle of pair ${pair}: the embedding of image ${aa > 0 ? second[pair] : image} equals the ` +
        "mean of the other folds, a vector with a direction is wanted",
    );
  });
}

/**
 * Verification of pairs as MagFace's `eval_1v1.py` has it. For each fold the mean m of both images of the other folds'
 * pairs, an image counted as often as it occurs, is taken off the raw embeddings, and the distance is
 * `d = acos(cos(a − m, b − m)) / π`, in [0, 1]; same iff `d < t`.
 *
 * - `accuracy` ± spread over folds (ddof 0): `t` from `0, 0.01, …, 3.99`, best on the other folds, first of equals.
 *
 * Scores and curves are of each pair with the mean for its own fold. The threshold for a fold was chosen on the other
 * folds' distances with that fold's mean, which scores do not hold: so no outcomes and no figures come of scores alone.
 * Throws as `verification` does, and `RangeError` where an embedding equals the mean.
 *
 * Source: https://github.com/IrvingMeng/MagFace, `eval/eval_recognition/eval_1v1.py`.
 */
export const verificationMagface: ProtocolPlugin = defineProtocol({
  name: "verification-magface",
  version: "1.0.0",
  summary: "Same or different, by MagFace's definition: k-fold accuracy by angle, the other folds' mean taken off",
  reference: "https://github.com/IrvingMeng/MagFace/blob/main/eval/eval_recognition/eval_1v1.py",
  formula: "same iff acos(cos(a − m, b − m)) / π < t, m = mean of the other folds",
  notes: [
    "Not optimistic: mean and threshold come from the other folds. Taking the mean off often gains a little on " +
    "embeddings whose mean is not 0, so figures are not those of insightface's definition.",
    "The grid is 0, 0.01, …, 3.99 although the distance is at most 1: 101 thresholds, 1.8 degrees apart, do anything.",
    "The mean is of raw embeddings, so their lengths count. No flip is part of the definition.",
  ],
  params: z.strictObject({}),
  wants: "pairs",
  metrics: () => [ACCURACY],
  mirrored: () => false,
  evaluate(_params, input) {
    const pairs = pairsOf(input), { length } = pairs.first;
    unitEmbeddings(input.embeddings, false); // refuses embeddings that are not finite or have no direction
    const own = new Float64Array(length);
    const { accuracies } = bestOnOthers((fold) => {
      const distances = centredAngles(input.embeddings, pairs, fold);
      for (let pair = 0; pair < length; pair++) if (pairs.fold[pair] === fold) own[pair] = distances[pair]!;
      return distances;
    }, pairs);
    const squared = own.map((angle) => 2 - 2 * Math.cos(angle * Math.PI));
    return {
      definition: `magface-verification/1; flip=none; centre=mean-of-other-folds; distance=acos/pi; ` +
        `folds=${pairs.folds}; grid=0:4:0.01; tie=first; strict; ddof=0`,
      metrics: measured([ACCURACY], [overFolds(accuracies, length)]),
      scores: Float32Array.from(own),
      curves: pairCurves(sortDistances(squared, pairs.same)),
    };
  },
});
