/**
 * Face verification as AdaFace's code defines it.
 *
 * @module
 */
import { z } from "zod";
import { defineProtocol, type ProtocolPlugin } from "./protocol.ts";
import { ACCURACY, gridAccuracy, gridRescoring, THRESHOLD } from "./verification_parts.ts";

/**
 * Verification of pairs as AdaFace's `validation_step` and `evaluate_utils.py` have it. Its network gives a unit
 * embedding u and a norm; an image and its mirror are fused by their norms, `(‖e‖ u + ‖ē‖ ū) / ‖ ‖e‖ u + ‖ē‖ ū ‖`.
 * As `‖e‖ u` is the raw embedding e, that is `(e + ē) / ‖e + ē‖`, which insightface's script takes too.
 *
 * `accuracy` is then by the squared distance on insightface's grid, and `threshold` the mean over folds of the
 * thresholds. The code gives no spread; `std` is over folds with ddof 0.
 *
 * Throws as `verification` does. Source: https://github.com/mk-minchul/AdaFace, `train_val.py`, `utils.py`
 * (`fuse_features_with_norm`), `evaluate_utils.py`; one revision, 1289c67, compares cosines with that grid.
 */
export const verificationAdaface: ProtocolPlugin = defineProtocol({
  name: "verification-adaface",
  version: "1.0.0",
  summary: "Same or different, by AdaFace's definition: k-fold accuracy of image and mirror fused by their norms",
  reference: "https://github.com/mk-minchul/AdaFace/blob/master/evaluate_utils.py",
  formula: "same iff Σ (a − b)² < t, a = (‖e‖ u + ‖ē‖ ū) / ‖·‖ = (e + ē) / ‖e + ē‖",
  notes: [
    "Not optimistic: the threshold comes from the other folds. Fusing by norms is adding the raw embeddings, so the " +
    "accuracy equals that of `verification` with flip.",
    "The flip is part of the definition. One revision of the public code, 1289c67, compares cosines (same iff cos > t, " +
    "t = 0, 0.01, …) instead of squared distances; this is the definition of the others.",
  ],
  params: z.strictObject({}),
  wants: "pairs",
  metrics: () => [ACCURACY, THRESHOLD],
  mirrored: () => true,
  ...gridRescoring,
  evaluate: (_params, input) => gridAccuracy(input, true, ["adaface-verification/1", "flip=norm-weighted"]),
});
