/**
 * The sinks that manifests can name: one export line each.
 *
 * @module
 */
export { mlflow } from "./mlflow.ts";
export { tensorboard } from "./tensorboard.ts";
