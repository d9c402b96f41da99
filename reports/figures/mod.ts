/**
 * Figures of an experiment, drawn from its records alone; `render.ts` makes pictures of them.
 *
 * @module
 */
export * from "./catalogue.ts";
export * from "./draw.ts";
export * from "./figure.ts";
export type { ImageSources } from "./pair_images.ts";
export * from "./theme.ts";
