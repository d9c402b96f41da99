/**
 * SphereFace: a multiplicative angular margin, on normalised features.
 *
 * @module
 */
import { z } from "zod";
import { defineMarginHead, type MarginHeadPlugin } from "./margin_head.ts";
import { angleFactor, marginShape, refuseFallback } from "./margin_params.ts";

/**
 * Target logit `s ψ(θ_y)` with `ψ(θ) = (−1)^k cos(m θ) − 2k` and `k = ⌊m θ / π⌋`, for real m;
 * W. Liu et al., https://arxiv.org/abs/1704.08063, with normalised features as in https://arxiv.org/abs/2109.05565.
 */
export const sphereface: MarginHeadPlugin = defineMarginHead({
  name: "sphereface",
  version: "1.0.0",
  summary: "Multiplicative angular margin: ψ(θ) = (-1)^k cos(m θ) - 2k",
  reference: "https://arxiv.org/abs/1704.08063",
  formula: "z_y = s ((-1)^k cos(m θ_y) - 2k) with k = floor(m θ_y / pi), z_j = s cos θ_j",
  params: z.strictObject({
    m: angleFactor("m", 1.7, 1),
    ...marginShape(30, {
      boundary: "reflect",
      boundaryNote: "; reflect is ψ; fallback wants m = 1, where it has no effect",
    }),
  }).superRefine(refuseFallback("m")),
  sizes: ({ m }) => ({ m1: m }),
});
