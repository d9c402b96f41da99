/**
 * Softmax: the linear classifier that margins are compared with.
 *
 * @module
 */
import { z } from "zod";
import { createClassHead } from "./class_head.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { sampleRate } from "./margin_params.ts";

/** Logits `W_jᵀ x + b_j` of unnormalised features; equation 1 of J. Deng et al., https://arxiv.org/abs/1801.07698. */
export const softmax: HeadPlugin = defineHead({
  name: "softmax",
  version: "1.0.0",
  summary: "Plain softmax with bias, on unnormalised features",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "z_j = W_j·x + b_j",
  params: z.strictObject({ sampleRate: sampleRate() }),
  normalised: false,
  create: ({ sampleRate }, context) =>
    createClassHead({ logits: { normalised: false, s: 1 }, biased: true, sampleRate }, context),
  size: (_, { classes, embedding }) => classes * embedding + classes,
});
