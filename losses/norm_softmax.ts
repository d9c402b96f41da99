/**
 * Norm-softmax: scaled cosines without a margin.
 *
 * @module
 */
import { z } from "zod";
import { classWeightCount } from "./class_memory.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { sampleRate, scale } from "./margin_params.ts";
import { createMarginSoftmax } from "./margin_softmax.ts";

/** Logits `s cos θ_j` of normalised features and weights; F. Wang et al., https://arxiv.org/abs/1704.06369. */
export const normSoftmax: HeadPlugin = defineHead({
  name: "norm-softmax",
  version: "1.0.0",
  summary: "Softmax on scaled cosines, without a margin",
  reference: "https://arxiv.org/abs/1704.06369",
  formula: "z_j = s cos θ_j",
  params: z.strictObject({ s: scale(64), sampleRate: sampleRate() }),
  create: (params, context) => createMarginSoftmax(params, context),
  size: classWeightCount,
});
