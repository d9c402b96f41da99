/**
 * A table as GitHub-flavoured Markdown that also reads well in a terminal.
 *
 * @module
 */
import type { TableCell } from "./cell.ts";
import { bestCells } from "./best.ts";
import { createFootnotes, explain } from "./footnotes.ts";
import { formatDelta, formatSpread, formatValue, unitLabel } from "./format.ts";
import type { Table, TableColumn } from "./table.ts";

/** Escapes text for a Markdown table cell: one line without control characters, nothing that Markdown takes for its own. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim()
    .replace(/[\\|`*<>[\]~]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_");
}

/** Renders a table in Markdown: the grid, then what ±, Δ, bold and the footnotes mean. */
export function renderMarkdown(table: Table): string {
  const footnotes = createFootnotes();
  const best = bestCells(table);
  const head = ["row", ...table.columns.flatMap((column) => headers(column, table))];
  const body = table.rows.map(({ label, cells }) => [
    escapeMarkdown(label),
    ...cells.flatMap((cell, index) => {
      const column = table.columns[index]!;
      const text = cellText(cell, column);
      const main = best.has(cell) ? `**${text}**` : text;
      return [
        main + footnotes.mark(cell.problems.length > 0 ? `${cell.row}: ${cell.problems.join("; ")}` : ""),
        ...(table.baseline === null ? [] : [deltaText(cell, column, table)]),
        ...(column.published ? [publishedText(cell, column)] : []),
      ];
    }),
  ]);
  const lines = [...footnotes.lines(), ...explain(table, best.size > 0)].map(escapeMarkdown);
  return `${grid(head, body)}\n${lines.length > 0 ? `\n${lines.map((line) => `- ${line}\n`).join("")}` : ""}`;
}

function headers(column: TableColumn, table: Table): string[] {
  const unit = column.unit === null ? "" : ` (${unitLabel(column.unit)})`;
  const arrow = column.higherIsBetter === null ? "" : column.higherIsBetter ? " ↑" : " ↓";
  const deltaUnit = column.unit === null ? "" : ` (${column.unit === "fraction" ? "pp" : unitLabel(column.unit)})`;
  return [
    escapeMarkdown(column.metric) + unit + arrow,
    ...(table.baseline === null ? [] : [`Δ ${escapeMarkdown(table.baseline)}${deltaUnit}`]),
    ...(column.published ? [`published${unit}`] : []),
  ];
}

function cellText(cell: TableCell, { unit }: TableColumn): string {
  if (cell.mean === null) return "—";
  const spread = cell.std ?? cell.runStd;
  const share = cell.finished < cell.planned ? ` (${cell.finished}/${cell.planned})` : "";
  return formatValue(cell.mean, unit) + (spread === null ? "" : ` ± ${formatSpread(spread, unit)}`) + share;
}

function deltaText(cell: TableCell, { unit }: TableColumn, table: Table): string {
  if (cell.row === table.baseline) return "";
  if (!cell.delta) return "—";
  const { mean, std, n } = cell.delta;
  const share = n < cell.planned ? ` (${n}/${cell.planned})` : "";
  return formatDelta(mean, unit) + (std === null ? "" : ` ± ${formatSpread(std, unit)}`) + share;
}

function publishedText({ published }: TableCell, { unit }: TableColumn): string {
  if (published === undefined) return "";
  return published === null ? "n/r" : formatValue(published, unit);
}

/** Lays out cells in columns of equal width, the first to the left, the others to the right. */
function grid(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...body].map((line) => [...line[i]!].length)));
  const pad = (text: string, i: number) => {
    const space = " ".repeat(widths[i]! - [...text].length);
    return i === 0 ? text + space : space + text;
  };
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(" | ")} |`;
  const rule = widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  return [line(head), line(rule), ...body.map(line)].join("\n");
}
