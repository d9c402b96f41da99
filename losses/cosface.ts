/**
 * CosFace: an additive cosine margin.
 *
 * @module
 */
import { z } from "zod";
import { defineMarginHead, type MarginHeadPlugin } from "./margin_head.ts";
import { cosineMargin, marginShape } from "./margin_params.ts";

/** Target logit `s (cos θ_y − m)`; H. Wang et al., https://arxiv.org/abs/1801.09414. */
export const cosface: MarginHeadPlugin = defineMarginHead({
  name: "cosface",
  version: "1.0.0",
  summary: "Additive cosine margin: cos θ - m",
  reference: "https://arxiv.org/abs/1801.09414",
  formula: "z_y = s (cos θ_y - m), z_j = s cos θ_j",
  params: z.strictObject({
    m: cosineMargin("m", 0.35),
    ...marginShape(64, {
      gradientNote: "; detached has no effect here, where the formula's gradient is s too",
      boundaryNote: "; here the angle never passes pi, so all but easy have no effect and are refused",
    }),
  }),
  sizes: ({ m }) => ({ m3: m }),
});
