/**
 * A table as GitHub-flavoured Markdown that also reads well in a terminal.
 *
 * @module
 */
import { superscript } from "./footnotes.ts";
import { type GridCell, layOut } from "./layout.ts";
import type { Table } from "./table.ts";

/** Escapes text for a Markdown table cell: one line without control characters, nothing that Markdown takes for its own. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim()
    .replace(/[\\|`*<>[\]~]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_");
}

/** Renders a table in Markdown: the grid, then what ±, Δ, bold and the footnotes mean. */
export function renderMarkdown(table: Table): string {
  const { head, body, footnotes, notes } = layOut(table);
  const cellText = ({ text, bold, note }: GridCell) =>
    (bold ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text)) + (note === undefined ? "" : superscript(note));
  const lines = [...footnotes.map((text, i) => `${superscript(i + 1)} ${text}`), ...notes].map(escapeMarkdown);
  const grid = gridLines(head.map(escapeMarkdown), body.map((cells) => cells.map(cellText)));
  return `${grid}\n${lines.length > 0 ? `\n${lines.map((line) => `- ${line}\n`).join("")}` : ""}`;
}

/** Lays out cells in columns of equal width, the first to the left, the others to the right. */
function gridLines(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...body].map((line) => [...line[i]!].length)));
  const pad = (text: string, i: number) => {
    const space = " ".repeat(widths[i]! - [...text].length);
    return i === 0 ? text + space : space + text;
  };
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(" | ")} |`;
  const rule = widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  return [line(head), line(rule), ...body.map(line)].join("\n");
}
