/**
 * Face verification as face.evoLVe defines it.
 *
 * @module
 */
import { z } from "zod";
import { defineProtocol, type ProtocolPlugin } from "./protocol.ts";
import { ACCURACY, gridAccuracy, gridRescoring, THRESHOLD } from "./verification_parts.ts";

const params = z.strictObject({
  tta: z.boolean().default(true).describe(
    "Add the embedding of the mirrored image before normalising, as `perform_val` does by its default",
  ),
});

/**
 * Verification of pairs as face.evoLVe's `perform_val` has it: `accuracy` by the squared distance of unit embeddings on
 * insightface's grid, and `threshold`, the mean over folds of the thresholds. The script gives no spread; `std` is over
 * folds with ddof 0. The curve `roc` is exact, where the script draws the mean of the folds' curves on the grid.
 *
 * The script shows the network other images: resized to 128 × 128, the middle 112 × 112 cut out, channels swapped to
 * RGB except in the last, incomplete batch. Here the images are as the reader prepares them.
 *
 * Throws as `verification` does. Source: https://github.com/ZhaoJ9014/face.evoLVe, `util/utils.py` and
 * `util/verification.py`.
 */
export const verificationEvolve: ProtocolPlugin = defineProtocol({
  name: "verification-evolve",
  version: "1.0.0",
  summary: "Same or different, by face.evoLVe's definition: k-fold accuracy with flip, and the mean threshold",
  reference: "https://github.com/ZhaoJ9014/face.evoLVe/blob/master/util/utils.py",
  formula: "same iff Σ (a/‖a‖ − b/‖b‖)² < t, a = e + ē with the mirrored image's ē",
  notes: [
    "Not optimistic: the threshold comes from the other folds. Of the same images it gives the accuracy of " +
    "`verification` with the same flip.",
    "The public code enlarges each image to 128 × 128 and cuts out the middle 112 × 112 first. Nothing stands in for " +
    "that: the images are as the reader prepares them, so prepare a tighter crop to compare with its tables.",
    "Other revisions of the public code have tta off and 5 folds by default; the folds here are those of the pairs.",
  ],
  params,
  wants: "pairs",
  metrics: () => [ACCURACY, THRESHOLD],
  mirrored: ({ tta }) => tta,
  ...gridRescoring,
  evaluate: ({ tta }, input) => gridAccuracy(input, tta, ["evolve-verification/1", `flip=${tta ? "sum" : "none"}`]),
});
