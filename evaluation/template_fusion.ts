/**
 * How the protocols of IJB put the images of a template together.
 *
 * @module
 */
import { z } from "zod";
import { concatenatedSource } from "./concatenated.ts";
import { rowProduct } from "./products.ts";
import type { StreamedInput, Templates } from "./protocol.ts";
import { createTemplatePool, type TemplatePool } from "./template_pooling.ts";

/** Parameters of {@link fuseTemplates}; insightface's names for the choices are N, D and F. */
export const FUSION_FIELDS = {
  flip: z.enum(["none", "sum", "concat"]).default("sum").describe(
    "Embedding of the mirrored image: left out (F0), appended (F1), or added (F2, what insightface runs)",
  ),
  norm: z.enum(["keep", "unit"]).default("keep").describe(
    "Length of each image's embedding: kept, so that clear images count more (N1), or made 1 (N0)",
  ),
  detector: z.boolean().default(true).describe("Multiply each image by its detector's score (D1)"),
} as const;

/** Checked values of {@link FUSION_FIELDS}. */
export interface Fusion {
  /** What is done with the embedding of the mirrored image. */
  readonly flip: "none" | "sum" | "concat";
  /** Whether the length of an image's embedding counts. */
  readonly norm: "keep" | "unit";
  /** Whether the detector's score weighs images. */
  readonly detector: boolean;
}

/** The templates of an evaluation, fused as the parameters say: mean by medium, sum over media, unit length. */
export function fuseTemplates(
  { flip, norm, detector }: Fusion,
  { embeddings, templates }: Pick<StreamedInput, "embeddings"> & { readonly templates: Templates },
): TemplatePool {
  const source = flip === "concat" ? concatenatedSource(embeddings) : embeddings;
  return createTemplatePool(source, templates, {
    flip: flip === "sum",
    unit: norm === "unit",
    detection: detector,
    media: true,
  });
}

/** The part of a definition that pins a fusion. */
export function fusionId({ flip, norm, detector }: Fusion): string[] {
  return [`flip=${flip}`, `norm=${norm}`, `detector=${detector ? "weight" : "none"}`, "media=mean", "template=sum"];
}

/**
 * Cosines of pairs of unit vectors, float64.
 *
 * @param vectors Row-major `[count, dimension]`.
 */
export function pairCosines(
  vectors: Float64Array,
  dimension: number,
  { first, second }: { readonly first: Int32Array; readonly second: Int32Array },
): Float64Array {
  const cosines = new Float64Array(first.length);
  for (let pair = 0; pair < cosines.length; pair++) {
    cosines[pair] = rowProduct(vectors, first[pair]! * dimension, vectors, second[pair]! * dimension, dimension);
  }
  return cosines;
}
