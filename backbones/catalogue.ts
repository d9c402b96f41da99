/**
 * The backbones that manifests can name: one export line each.
 *
 * @module
 */
export { convnet } from "./convnet.ts";
export { iresnet, iresnet100, iresnet18, iresnet200, iresnet200Mxnet, iresnet34, iresnet50 } from "./iresnet.ts";
export { mobilefacenet } from "./mobilefacenet.ts";
export { pixels } from "./pixels.ts";
