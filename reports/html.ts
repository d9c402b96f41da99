/**
 * A table as HTML: a fragment without script or style, to be set into a page.
 *
 * @module
 */
import { type GridCell, layOut } from "./layout.ts";
import type { Table } from "./table.ts";

const SPECIAL: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Escapes text for an HTML element or a quoted attribute; control characters, which HTML forbids, become spaces.
 *
 * @example
 * ```ts
 * import { escapeHtml } from "./html.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(escapeHtml("<script>'&"), "&lt;script&gt;&#39;&amp;");
 * ```
 */
export function escapeHtml(text: string): string {
  return escapeSigns(text.replace(/[\s\p{Cc}]+/gu, " ").trim());
}

/** Escapes the signs that HTML takes for its own, and leaves spaces as they are. */
export function escapeSigns(text: string): string {
  return text.replace(/[&<>"'`]/g, (letter) => SPECIAL[letter]!);
}

/** Renders a table in HTML: `<table>`, and a list of its notes. */
export function renderHtml(table: Table): string {
  const { head, body, footnotes, notes } = layOut(table);
  const cell = ({ text, bold, note }: GridCell, column: number) => {
    const inner = (bold ? `<strong>${escapeHtml(text)}</strong>` : escapeHtml(text)) +
      (note === undefined ? "" : `<sup>${note}</sup>`);
    return column === 0 ? `<th scope="row">${inner}</th>` : `<td>${inner}</td>`;
  };
  const row = (cells: readonly string[]) => `<tr>${cells.join("")}</tr>`;
  const below = [
    ...footnotes.map((text, i) => `<sup>${i + 1}</sup> ${escapeHtml(text)}`),
    ...notes.map(escapeHtml),
  ];
  return [
    "<table>",
    "<thead>",
    row(head.map((title) => `<th scope="col">${escapeHtml(title)}</th>`)),
    "</thead>",
    "<tbody>",
    ...body.map((cells) => row(cells.map(cell))),
    "</tbody>",
    "</table>",
    ...below.length > 0 ? ["<ul>", ...below.map((line) => `<li>${line}</li>`), "</ul>"] : [],
    "",
  ].join("\n");
}
