/**
 * Numbers for people.
 *
 * @module
 */

export { formatBytes, formatCount, formatDuration } from "../reports/quantities.ts";

/** Columns padded to one width each, joined by two spaces; numbers go to the right. */
export function alignColumns(rows: readonly (readonly (string | number)[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, String(cell).length));
  return rows.map((row) =>
    row.map((cell, i) =>
      typeof cell === "number" ? String(cell).padStart(widths[i]!) : cell.padEnd(i === row.length - 1 ? 0 : widths[i]!)
    ).join("  ").trimEnd()
  );
}
