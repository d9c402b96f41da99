/**
 * The forms that a table can be printed in.
 *
 * @module
 */
import { renderCsv } from "./csv.ts";
import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderLatex } from "./latex.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Table } from "./table.ts";

/** Names of the forms. */
export type TableFormat = "md" | "csv" | "json" | "latex" | "html";

/** Renderers by the name of their format. */
export const tableFormats: Readonly<Record<TableFormat, (table: Table) => string>> = Object.freeze({
  md: renderMarkdown,
  csv: renderCsv,
  json: renderJson,
  latex: renderLatex,
  html: renderHtml,
});
