/**
 * The package: an experiment as a folder of plain files that describes itself.
 *
 * @module
 */
export * from "./contents.ts";
export * from "./documents.ts";
export * from "./licence.ts";
export * from "./metadata.ts";
export * from "./party.ts";
