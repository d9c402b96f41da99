/**
 * ArcFace: an additive angular margin.
 *
 * @module
 */
import { z } from "zod";
import { defineMarginHead, type MarginHeadPlugin } from "./margin_head.ts";
import { marginShape, radians } from "./margin_params.ts";

/** Target logit `s cos(θ_y + m)`, m in radians; J. Deng et al., https://arxiv.org/abs/1801.07698. */
export const arcface: MarginHeadPlugin = defineMarginHead({
  name: "arcface",
  version: "1.0.0",
  summary: "Additive angular margin: cos(θ + m)",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "z_y = s cos(θ_y + m), z_j = s cos θ_j",
  params: z.strictObject({ m: radians("m", 0.5), ...marginShape(64) }),
  sizes: ({ m }) => ({ m2: m }),
});
