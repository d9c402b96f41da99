/**
 * The sinks that manifests can name: one export line each.
 *
 * @module
 */
export { tensorboard } from "./tensorboard.ts";
