/**
 * The built-in readers, samplers and augmentations, one line each.
 *
 * @module
 */
export { flip } from "./flip.ts";
export { imageFolder } from "./image_folder.ts";
export { sampledPairs } from "./sampled_pairs.ts";
export { shift } from "./shift.ts";
export { shuffle } from "./shuffle.ts";
