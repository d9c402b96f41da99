/**
 * The forms that a table can be printed in.
 *
 * @module
 */
import { renderCsv } from "./csv.ts";
import { renderRunsCsv, renderWideCsv } from "./csv_wide.ts";
import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderLatex, renderLatexDocument } from "./latex.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Table } from "./table.ts";

/** Names of the forms. */
export type TableFormat = "md" | "csv" | "csv-wide" | "csv-runs" | "json" | "latex" | "latex-document" | "html";

/** Renderers by the name of their format. */
export const tableFormats: Readonly<Record<TableFormat, (table: Table) => string>> = Object.freeze({
  md: renderMarkdown,
  csv: renderCsv,
  "csv-wide": renderWideCsv,
  "csv-runs": renderRunsCsv,
  json: renderJson,
  latex: renderLatex,
  "latex-document": renderLatexDocument,
  html: renderHtml,
});
