/**
 * Evaluation: embeddings → metrics, each with an id that pins its definition.
 *
 * @module
 */
export * from "./catalogue.ts";
export * from "./centres.ts";
export * from "./class_means.ts";
export * from "./distance.ts";
export * from "./eigen.ts";
export * from "./embeddings.ts";
export { type Figure, measured } from "./figures.ts";
export * from "./histogram.ts";
export * from "./kfold.ts";
export * from "./kmeans.ts";
export * from "./match_ranks.ts";
export * from "./mutual_information.ts";
export * from "./nearest_tar.ts";
export * from "./nearest.ts";
export * from "./pair_curves.ts";
export * from "./pairs.ts";
export * from "./pca.ts";
export * from "./products.ts";
export * from "./protocol.ts";
export * from "./rate.ts";
export * from "./roc.ts";
export * from "./search_figures.ts";
export * from "./search_ranks.ts";
export * from "./spread.ts";
export * from "./student.ts";
export * from "./template_pooling.ts";
export * from "./val.ts";
export type { EmbeddingChunk, EmbeddingSource } from "../tensor/embedding_source.ts";
