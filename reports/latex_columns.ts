/**
 * The columns of one metric in LaTeX: its figures, what must be known of them, differences, and published figures.
 *
 * @module
 */
import { spreadOf, type TableCell } from "./cell.ts";
import { differenceLabel, formatDelta, formatSpread, formatValue } from "./format.ts";
import { escapeLatex } from "./latex_escape.ts";
import type { Table } from "./table.ts";
import { verdictMark } from "./verdict.ts";

/** One column of a `tabular`. */
export interface LatexColumn {
  /** Its letter, with options. */
  readonly spec: string;
  /** Its title, not escaped. */
  readonly head: string;
  /** LaTeX of each row's cell. */
  readonly cells: readonly string[];
}

/** Number of a cell's footnote. */
export type FootnoteOf = (cell: TableCell) => number | undefined;

/** A figure of a cell: text without a number stands in its place where there is none. */
interface Figure {
  readonly value: number | null;
  readonly spread: number | null;
  readonly text: string;
  readonly bold?: boolean;
}

/** The columns of one metric; those that no row needs are left out. */
export function latexColumns(table: Table, index: number, note: FootnoteOf): LatexColumn[] {
  const { unit, published } = table.columns[index]!, cells = table.rows.map(({ cells }) => cells[index]!);
  const numbers = numberColumn(unit, "mean", cells.map((cell) => ({ ...valueOf(cell), bold: cell.best })));
  const notes = textColumn("@{}l", "", cells.map((cell) => shareOf(cell, note(cell))));
  const compared = table.baseline === null ? [] : [
    ...numberColumn(
      unit,
      `Δ ${table.baseline}${unit === null ? "" : ` (${differenceLabel(unit)})`}`,
      cells.map((cell) => differenceOf(cell, table)),
      "+",
    ),
    ...textColumn("@{\\,}l", "", cells.map(({ verdict }) => verdict ? escapeLatex(verdictMark(verdict)) : "")),
    ...textColumn("c", "95 % CI", cells.map((cell) => intervalOf(cell, unit))),
  ];
  return [
    ...numbers,
    ...notes,
    ...compared,
    ...published ? numberColumn(unit, "published", cells.map(publishedOf)) : [],
  ];
}

function valueOf(cell: TableCell): Figure {
  const { mean, interval, runStd, stoppedAt } = cell;
  const spread = spreadOf(cell) === "seeds" ? interval!.halfWidth : runStd;
  return { value: mean, spread: mean === null ? null : spread, text: stoppedAt.length > 0 ? "stopped" : "—" };
}

function differenceOf(cell: TableCell, { baseline }: Table): Figure {
  if (cell.row === baseline) return { value: null, spread: null, text: "" };
  return { value: cell.delta?.mean ?? null, spread: cell.delta?.halfWidth ?? null, text: "—" };
}

function publishedOf({ published, publishedHalfWidth }: TableCell): Figure {
  return { value: published ?? null, spread: publishedHalfWidth ?? null, text: published === null ? "n/r" : "" };
}

/** How many of the planned seeds a figure rests on, and its footnote. */
function shareOf({ mean, finished, planned }: TableCell, note: number | undefined): string {
  const share = mean !== null && finished < planned ? `\\,(${finished}/${planned})` : "";
  return share + (note === undefined ? "" : `\\tnote{${note}}`);
}

/** The interval over pairs of a difference that has none over seeds. */
function intervalOf({ delta, pairs }: TableCell, unit: string | null): string {
  if (!delta || delta.halfWidth !== null || !pairs) return "";
  const end = (value: number) => formatDelta(value, unit).replace("-", "−");
  return escapeLatex(`(${end(pairs.low)} to ${end(pairs.high)})`);
}

/** A column of texts, unless all are empty. */
function textColumn(spec: string, head: string, cells: readonly string[]): LatexColumn[] {
  return cells.every((cell) => cell === "") ? [] : [{ spec, head, cells }];
}

/** More digits than these are no column of aligned figures. */
const MOST_DIGITS = 9;

/** A column of figures, aligned at their points; as plain texts where they are too large or too small for that. */
function numberColumn(unit: string | null, head: string, figures: readonly Figure[], sign = ""): LatexColumn[] {
  const texts = figures.flatMap(({ value, spread }) => [
    ...value === null ? [] : [formatValue(value, unit)],
    ...spread === null ? [] : [formatSpread(spread, unit)],
  ]);
  const decimals = Math.max(0, ...texts.map((text) => text.split(".")[1]?.length ?? 0));
  const scale = unit === "fraction" ? 100 : 1;
  const write = (value: number) => (value * scale).toFixed(decimals).replace(/^-(?=[0.]*$)/, "");
  const whole = Math.max(
    1,
    ...figures.flatMap(({ value }) => value === null ? [] : [write(value).replace(/^-|\..*/g, "").length]),
  );
  if (texts.some((text) => text.includes("e")) || whole + decimals > MOST_DIGITS) {
    const cells = figures.map(({ value, spread, text }) =>
      escapeLatex(
        value === null ? text : formatValue(value, unit) + (spread === null ? "" : ` ± ${formatSpread(spread, unit)}`),
      )
    );
    return [{ spec: "r", head, cells: cells.map((cell, i) => figures[i]!.bold ? `\\textbf{${cell}}` : cell) }];
  }
  const digits = (spread: number) => String(Math.round(spread * scale * 10 ** decimals));
  const widest = Math.max(0, ...figures.flatMap(({ spread }) => spread === null ? [] : [digits(spread).length]));
  const negative = sign || (figures.some(({ value }) => value !== null && value < 0) ? "-" : "");
  return [{
    spec: `S[table-format=${negative}${whole}.${decimals}${widest > 0 ? `(${widest})` : ""}]`,
    head,
    cells: figures.map(({ value, spread, text, bold }) => {
      if (value === null) return text === "" ? "" : `{${escapeLatex(text)}}`;
      const plus = sign === "+" && value > 0 && Number(write(value)) !== 0 ? "+" : "";
      return `${bold ? "\\bfseries " : ""}${plus}${write(value)}${spread === null ? "" : `(${digits(spread)})`}`;
    }),
  }];
}
