/**
 * The backbones that manifests can name: one export line each.
 *
 * @module
 */
export { convnet } from "./convnet.ts";
export { iresnet } from "./iresnet.ts";
export { pixels } from "./pixels.ts";
