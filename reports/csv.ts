/**
 * A table as CSV, tidy and long: one line for each row and metric, figures unrounded and in their own unit.
 *
 * @module
 */
import { spreadOf, type TableCell } from "./cell.ts";
import type { Table, TableColumn } from "./table.ts";

const HEADER = [
  ...["row", "metric", "unit", "higher_is_better", "mean", "std", "spread", "n", "ci_low", "ci_high"],
  ...["planned", "finished", "failed", "diverged", "stopped", "missing", "absent"],
  ...["baseline", "delta_mean", "delta_std", "delta_seeds", "delta_ci_low", "delta_ci_high", "delta_p", "delta_p_holm"],
  ...["delta_p_sign_flip", "pairs", "identities", "pairs_delta", "pairs_ci_low", "pairs_ci_high", "pairs_p_mcnemar"],
  ...["pairs_p_bootstrap", "pairs_p_holm", "verdict", "verdict_text"],
  ...["published", "published_half_width", "definition", "runs", "problems"],
];

/**
 * Writes a field of text: quoted where RFC 4180 asks for it, and behind an apostrophe where a spreadsheet would run it
 * as a formula (a leading `=`, `+`, `-`, `@`, also full-width, tab or line break).
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
  const safe = /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text;
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
  const spread = spreadOf(cell) ?? "", { delta, pairs, verdict } = cell;
  return [
    ...[cell.row, cell.metric, column.unit, column.higherIsBetter, cell.mean, cell.std ?? cell.runStd, spread],
    one(cell.runs.map(({ n }) => n)),
    ...[cell.interval?.low, cell.interval?.high],
    ...[cell.planned, cell.finished, cell.failed, cell.diverged, cell.stopped, cell.missing, cell.absent],
    ...[table.baseline, delta?.mean, delta?.std, delta?.n, delta?.low, delta?.high, delta?.p, verdict?.seeds.adjusted],
    ...[delta?.signFlip.p, pairs?.n, pairs?.identities, pairs?.delta, pairs?.low, pairs?.high, pairs?.mcnemarP],
    ...[pairs?.bootstrapP, verdict?.pairs?.adjusted, verdict?.word, verdict?.text],
    ...[cell.published, cell.publishedHalfWidth],
    [...new Set(cell.runs.map(({ definition }) => definition))].join(" | "),
    cell.runs.map(({ id }) => id).join(" "),
    cell.problems.join("; "),
  ].map((value) => typeof value === "string" ? csvText(value) : value == null ? "" : String(value));
}
