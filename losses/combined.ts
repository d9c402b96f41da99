/**
 * The combined margin: all three margins at once.
 *
 * @module
 */
import { z } from "zod";
import { defineMarginHead, type MarginHeadPlugin } from "./margin_head.ts";
import { angleFactor, cosineMargin, marginShape, radians, refuseFallback } from "./margin_params.ts";

/**
 * Target logit `s (cos(m1 θ_y + m2) − m3)`, with m1, m2 and m3 always all used; J. Deng et al., equation 4,
 * https://arxiv.org/abs/1801.07698. The paper's SphereFace (1.35) is m1 = 1.35, m2 = m3 = 0.
 */
export const combined: MarginHeadPlugin = defineMarginHead({
  name: "combined",
  version: "1.0.0",
  summary: "Combined margin: cos(m1 θ + m2) - m3",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "z_y = s (cos(m1 θ_y + m2) - m3), z_j = s cos θ_j",
  params: z.strictObject({
    m1: angleFactor("m1", 1, 0.5),
    m2: radians("m2", 0.3),
    m3: cosineMargin("m3", 0.2),
    ...marginShape(64, { boundaryNote: "; fallback wants m1 = 1" }),
  }).superRefine(refuseFallback("m1")),
  sizes: ({ m1, m2, m3 }) => ({ m1, m2, m3 }),
});
