/**
 * Sub-center ArcFace: several centres a class, of which the nearest counts.
 *
 * @module
 */
import { z } from "zod";
import { composedMemory, kernelMemory } from "./class_memory.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { type Boundary, createMargin, type Margin } from "./margin.ts";
import { refuseInert } from "./margin_head.ts";
import { centres, marginShape, radians } from "./margin_params.ts";
import { createMarginSoftmax } from "./margin_softmax.ts";

const { sampleRate: _, ...shape } = marginShape(64);

function margin(params: { readonly m: number; readonly boundary: Boundary; readonly epsilon: number }): Margin {
  return createMargin({ m2: params.m, boundary: params.boundary, epsilon: params.epsilon });
}

/**
 * ArcFace on `cos θ_j = max_k x̂·ŵ_jk`; J. Deng et al., ECCV 2020. Class weights have the row `j·k + i` for centre i of
 * class j.
 *
 * The paper then drops the centres that are not dominant and the samples more than 75° from the one that is, and trains
 * again with k = 1.
 */
export const subcenterArcface: HeadPlugin = defineHead({
  name: "subcenter-arcface",
  version: "1.0.0",
  summary: "ArcFace with several centres a class, of which the nearest counts: noise finds centres of its own",
  reference: "https://www.ecva.net/papers/eccv_2020/papers_ECCV/html/4125_ECCV_2020_paper.php",
  formula: "z_y = s cos(θ_y + m), z_j = s cos θ_j, cos θ_j = max_k x̂·ŵ_jk",
  params: z.strictObject({ k: centres(3), m: radians("m", 0.5), ...shape })
    .superRefine((params, context) => refuseInert("subcenter-arcface", margin(params), params, context)),
  margin,
  create: ({ k, s, gradient, ...params }, context) =>
    createMarginSoftmax({ s, gradient, centres: k, margin: margin(params) }, context),
  size: ({ k }, { classes, embedding }) => k * classes * embedding,
  stepMemory: ({ k }, { batch, classes }) =>
    k > 1 ? composedMemory(k * batch * classes, 11) : kernelMemory(batch * classes),
});
