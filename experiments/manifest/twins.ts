/**
 * Finds rows that change nothing: two labels for one and the same run.
 *
 * @module
 */
import canonicalize from "canonicalize";
import type { Problems } from "./error.ts";
import type { RowTree } from "./rows.ts";
import type { RowRun } from "./sections.ts";

/** Notes every row whose resolved run is that of an earlier row. */
export function noteIdenticalRows(
  problems: Problems,
  rows: readonly { readonly row: RowTree; readonly run: RowRun }[],
): void {
  const first = new Map<string, RowTree>();
  for (const { row, run } of rows) {
    const key = canonicalize(run)!;
    const other = first.get(key);
    if (!other) first.set(key, row);
    else if (other.label !== row.label) {
      problems.add(
        row.at,
        `Row "${row.label}" changes nothing: its run is that of row "${other.label}" (line ${other.at.line}), ` +
          "every parameter is the same; change it or remove it",
      );
    }
  }
}
