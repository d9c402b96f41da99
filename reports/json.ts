/**
 * A table as JSON: every figure unrounded, with the runs behind it.
 *
 * @module
 */
import type { Table } from "./table.ts";

/** Renders a table in JSON, indented, with a final newline. */
export function renderJson(table: Table): string {
  return `${JSON.stringify(table, null, 2)}\n`;
}
