/**
 * Alignment of faces by landmarks.
 *
 * @module
 */
export * from "./align.ts";
export { type NamedImages, readLandmarks } from "./landmark_list.ts";
export * from "./similarity.ts";
export * from "./template.ts";
export * from "./warp.ts";
