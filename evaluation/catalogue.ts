/**
 * The protocols that manifests can name: one export line each.
 *
 * @module
 */
export { verification } from "./verification.ts";
