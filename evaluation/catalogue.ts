/**
 * The protocols that manifests can name: one export line each.
 *
 * @module
 */
export { angles } from "./angles.ts";
export { dominantCentre } from "./dominant_centre.ts";
export { verification } from "./verification.ts";
