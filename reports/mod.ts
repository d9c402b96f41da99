/**
 * Reports: tables and figures from records alone.
 *
 * @module
 */
export * from "./best.ts";
export * from "./cell.ts";
export * from "./cite/mod.ts";
export * from "./csv.ts";
export * from "./csv_wide.ts";
export * from "./discordant.ts";
export * from "./exhibit.ts";
export * from "./experiment.ts";
export * from "./explain.ts";
export * from "./figures/mod.ts";
export * from "./footnotes.ts";
export * from "./format.ts";
export * from "./html.ts";
export * from "./json.ts";
export * from "./latex.ts";
export * from "./latex_columns.ts";
export * from "./latex_escape.ts";
export * from "./layout.ts";
export * from "./load.ts";
export * from "./markdown.ts";
export * from "./pair_comparison.ts";
export * from "./power.ts";
export * from "./published.ts";
export * from "./render.ts";
export * from "./statistics/mod.ts";
export * from "./table.ts";
export * from "./table_notes.ts";
export * from "./verdict.ts";
export * from "./verify/report.ts";
export * from "./verify/verdict.ts";
