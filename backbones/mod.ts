/**
 * Backbones: image `[batch, h, w, c]` → embedding `[batch, d]`.
 *
 * @module
 */
export * from "./backbone.ts";
export * from "./catalogue.ts";
export * from "./graph.ts";
export * from "./initialisers.ts";
export * from "./layers.ts";
export * from "./compose.ts";
export * from "./depthwise.ts";
export * from "./grouped.ts";
export * from "./module.ts";
export * from "./network.ts";
export * from "./normalisation.ts";
export * from "./pooling.ts";
export type { Averages } from "./running_average.ts";
export * from "./squeeze_excitation.ts";
