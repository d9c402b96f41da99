/**
 * A table as CSV, tidy and long: one line for each row and metric, figures unrounded and in their own unit.
 *
 * @module
 */
import { spreadOf, type TableCell } from "./cell.ts";
import type { Table, TableColumn } from "./table.ts";

const HEADER = [
  ...["row", "metric", "unit", "higher_is_better", "mean", "std", "spread", "n"],
  ...["planned", "finished", "failed", "diverged", "stopped", "missing", "absent"],
  ...["baseline", "delta_mean", "delta_std", "delta_seeds", "published", "definition", "runs", "problems"],
];

/**
 * Writes a field of text: quoted where RFC 4180 asks for it, and behind an apostrophe where a spreadsheet would run it
 * as a formula (a leading `=`, `+`, `-`, `@`, tab or carriage return).
 *
 * @example
 * ```ts
 * import { csvText } from "./csv.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(csvText('CM1 (1, 0.3, "x")'), '"CM1 (1, 0.3, ""x"")"');
 * assertEquals(csvText("=1+1"), "'=1+1");
 * ```
 */
export function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Renders a table in CSV. `std` is over seeds (ddof 1) or, where one seed was planned, over its folds or
 * searches (ddof 0): `spread` says which. `n` is the number of units (pairs, probes) of each run, where they agree.
 */
export function renderCsv(table: Table): string {
  const lines = table.rows.flatMap(({ cells }) => cells.map((cell, i) => line(cell, table.columns[i]!, table)));
  return [HEADER, ...lines].map((fields) => `${fields.join(",")}\n`).join("");
}

function line(cell: TableCell, column: TableColumn, table: Table): string[] {
  const one = (values: readonly (string | number)[]) => new Set(values).size === 1 ? values[0]! : null;
  const spread = spreadOf(cell) ?? "";
  return [
    ...[cell.row, cell.metric, column.unit, column.higherIsBetter, cell.mean, cell.std ?? cell.runStd, spread],
    one(cell.runs.map(({ n }) => n)),
    ...[cell.planned, cell.finished, cell.failed, cell.diverged, cell.stopped, cell.missing, cell.absent],
    ...[table.baseline, cell.delta?.mean ?? null, cell.delta?.std ?? null, cell.delta?.n ?? null],
    cell.published ?? null,
    [...new Set(cell.runs.map(({ definition }) => definition))].join(" | "),
    cell.runs.map(({ id }) => id).join(" "),
    cell.problems.join("; "),
  ].map((value) => typeof value === "string" ? csvText(value) : value === null ? "" : String(value));
}
