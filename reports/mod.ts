/**
 * Reports: tables from records alone.
 *
 * @module
 */
export * from "./best.ts";
export * from "./cell.ts";
export * from "./csv.ts";
export * from "./experiment.ts";
export * from "./footnotes.ts";
export * from "./format.ts";
export * from "./json.ts";
export * from "./markdown.ts";
export * from "./power.ts";
export * from "./published.ts";
export * from "./render.ts";
export * from "./statistics/mod.ts";
export * from "./table.ts";
