/**
 * UniFace: one threshold for all samples, by unified cross-entropy.
 *
 * @module
 */
import { z } from "zod";
import { type Tensor1D, tf } from "../tensor/tf.ts";
import { composedMemory } from "./class_memory.ts";
import { createClassHead } from "./class_head.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { cosineMargin, sampleRate, scale } from "./margin_params.ts";

/**
 * Loss `mean[ log(1 + e^−(s (cos θ_y − m) − b)) + l Σ_{j≠y} log(1 + e^{s cos θ_j − b}) ]` with one trainable threshold b,
 * at first `ln(10 n r)` for n classes of which a step samples the share r; J. Zhou et al., ICCV 2023.
 */
export const uniface: HeadPlugin = defineHead({
  name: "uniface",
  version: "1.0.0",
  summary: "Unified cross-entropy: one trainable threshold between positive and negative similarities of all samples",
  reference:
    "https://openaccess.thecvf.com/content/ICCV2023/html/Zhou_UniFace_Unified_Cross-Entropy_Loss_for_Deep_Face_Recognition_ICCV_2023_paper.html",
  formula: "L = log(1 + e^-(s (cos θ_y - m) - b)) + l Σ_{j≠y} log(1 + e^(s cos θ_j - b))",
  notes: ["The threshold b is trained; it begins at ln(10 n r) for n classes of which a step samples the share r."],
  params: z.strictObject({
    s: scale(64),
    m: cosineMargin("m", 0.4),
    l: z.number().positive().max(100).default(1).describe("Weight l of the negatives, no unit, in (0, 100]"),
    sampleRate: sampleRate(),
  }),
  create: ({ s, m, l, sampleRate }, context) =>
    createClassHead({
      offset: Math.log(context.classes * sampleRate * 10),
      sampleRate,
      logits: {
        normalised: true,
        s,
        offsetSign: -1,
        binary: { positive: 1, negative: l },
        margin: ({ cosine }) => ({
          target: { value: tf.sub(cosine, m) as Tensor1D, slope: tf.onesLike(cosine) as Tensor1D },
        }),
      },
    }, context),
  size: (_, { classes, embedding }) => classes * embedding + 1,
  stepMemory: (_, { batch, classes }) => composedMemory(batch * classes, 14),
});
