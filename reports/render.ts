/**
 * The forms that a table can be printed in.
 *
 * @module
 */
import { renderCsv } from "./csv.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import type { Table } from "./table.ts";

/** Renderers by the name of their format. */
export const tableFormats: Readonly<Record<"md" | "csv" | "json", (table: Table) => string>> = Object.freeze({
  md: renderMarkdown,
  csv: renderCsv,
  json: renderJson,
});
