/**
 * A table as texts in a grid, before a form of print escapes them.
 *
 * @module
 */
import { spreadOf, type TableCell } from "./cell.ts";
import { createFootnotes, explain } from "./footnotes.ts";
import { differenceLabel, formatDelta, formatSpread, formatValue, unitLabel } from "./format.ts";
import type { Table, TableColumn } from "./table.ts";
import { verdictMark } from "./verdict.ts";

/** One cell of the grid. */
export interface GridCell {
  /** Its text. */
  readonly text: string;
  /** Whether it is set in bold. */
  readonly bold?: boolean;
  /** Number of its footnote, from 1. */
  readonly note?: number;
}

/** A table laid out; the first column is the rows' labels. */
export interface TableGrid {
  /** Titles of the columns. */
  readonly head: readonly string[];
  /** Rows of cells. */
  readonly body: readonly (readonly GridCell[])[];
  /** Texts of the numbered footnotes, the first is number 1. */
  readonly footnotes: readonly string[];
  /** What the signs mean, and what else a reader must know. */
  readonly notes: readonly string[];
}

/** Lays out a table. */
export function layOut(table: Table): TableGrid {
  const footnotes = createFootnotes();
  const body = table.rows.map(({ label, cells }): GridCell[] => [
    { text: label },
    ...cells.flatMap((cell, index): GridCell[] => {
      const column = table.columns[index]!;
      const note = footnotes.number(cell.problems.length > 0 ? `${cell.row}: ${cell.problems.join("; ")}` : "");
      return [
        { text: cellText(cell, column), bold: cell.best, ...note === undefined ? {} : { note } },
        ...table.baseline === null ? [] : [{ text: deltaText(cell, column, table) }],
        ...column.published ? [{ text: publishedText(cell, column) }] : [],
      ];
    }),
  ]);
  return {
    head: ["row", ...table.columns.flatMap((column) => headers(column, table))],
    body,
    footnotes: footnotes.texts,
    notes: explain(table),
  };
}

function headers({ metric, unit, higherIsBetter, published }: TableColumn, { baseline }: Table): string[] {
  const units = unit === null ? "" : ` (${unitLabel(unit)})`;
  const arrow = higherIsBetter === null ? "" : higherIsBetter ? " ↑" : " ↓";
  const deltaUnit = unit === null ? "" : ` (${differenceLabel(unit)})`;
  return [
    metric + units + arrow,
    ...baseline === null ? [] : [`Δ ${baseline}${deltaUnit}`],
    ...published ? [`published${units}`] : [],
  ];
}

function cellText(cell: TableCell, { unit }: TableColumn): string {
  const { mean, interval, runStd, finished, planned, stoppedAt } = cell;
  if (mean === null) {
    const steps = [...new Set(stoppedAt)].sort((a, b) => a - b);
    return steps.length > 0 ? `stopped at step ${steps.join(", ")}` : "—";
  }
  const spread = spreadOf(cell) === "seeds" ? interval!.halfWidth : runStd;
  const share = finished < planned ? ` (${finished}/${planned})` : "";
  return formatValue(mean, unit) + (spread === null ? "" : ` ± ${formatSpread(spread, unit)}`) + share;
}

/** Over seeds the difference and its interval; of one seed, where pairs are stored, the interval over these. */
function deltaText(cell: TableCell, { unit }: TableColumn, table: Table): string {
  if (cell.row === table.baseline) return "";
  if (!cell.delta) return "—";
  const { mean, halfWidth, n } = cell.delta, { pairs, verdict } = cell;
  const share = n < cell.planned ? ` (${n}/${cell.planned})` : "";
  const spread = halfWidth !== null
    ? ` ± ${formatSpread(halfWidth, unit)}`
    : pairs
    ? ` (${formatDelta(pairs.low, unit)} to ${formatDelta(pairs.high, unit)})`
    : "";
  return formatDelta(mean, unit) + spread + share + (verdict ? ` ${verdictMark(verdict)}` : "");
}

function publishedText({ published, publishedHalfWidth }: TableCell, { unit }: TableColumn): string {
  if (published === undefined) return "";
  if (published === null) return "n/r";
  return formatValue(published, unit) +
    (publishedHalfWidth === undefined ? "" : ` ± ${formatSpread(publishedHalfWidth, unit)}`);
}
