/**
 * The table of a report: each figure opens what stands behind it.
 *
 * @module
 */
import type { TableCell } from "../cell.ts";
import { differenceLabel, unitLabel } from "../format.ts";
import { type GridCell, layOut, type TableGrid } from "../layout.ts";
import type { Table, TableColumn } from "../table.ts";
import { verdictMark, verdictWords } from "../verdict.ts";
import { type Inner, type Markup, markup } from "./markup.ts";
import { scrolled, sign } from "./parts.ts";

/** The anchor of a cell's provenance. */
export function cellAnchor(row: number, column: number): string {
  return `cell-${row}-${column}`;
}

/** The table, with the notes below it. */
export function resultsTable(table: Table, caption: string): Inner {
  const grid = layOut(table);
  return markup`${
    scrolled(
      "Results",
      markup`<table class="results">
<caption>${caption}</caption>
${tableHead(table)}
<tbody>
${grid.body.map((cells, at) => tableRow(table, { cells, at }))}</tbody>
</table>`,
    )
  }
${notesOf(grid)}`;
}

/** Titles of the columns that a metric has: its figure, its difference, what was published. */
function parts({ unit, published }: TableColumn, { baseline, seeds }: Table): string[] {
  const difference = unit === null ? "" : ` (${differenceLabel(unit)})`;
  return [
    seeds.length > 1 ? "mean" : "measured",
    ...baseline === null ? [] : [`Δ ${baseline}${difference}`],
    ...published ? ["published"] : [],
  ];
}

function tableHead(table: Table): Markup {
  const several = table.columns.some((column) => parts(column, table).length > 1);
  const titles = table.columns.map(({ metric, unit, higherIsBetter }) =>
    markup`${metric}${unit !== null && markup` <span class="unit">${unitLabel(unit)}</span>`}${
      higherIsBetter !== null &&
      markup` ${sign(higherIsBetter ? "↑" : "↓", higherIsBetter ? "higher is better" : "lower is better")}`
    }`
  );
  if (!several) {
    return markup`<thead>
<tr><th scope="col">row</th>${titles.map((title) => markup`<th scope="col" class="n">${title}</th>`)}</tr>
</thead>`;
  }
  const tops = table.columns.map((column, i) => {
    const span = parts(column, table).length;
    return markup`<th scope="colgroup" class="group" colspan="${span}">${titles[i]!}</th>`;
  });
  const below = table.columns.flatMap((column) =>
    parts(column, table).map((part, i) => markup`<th scope="col" class="${i === 0 ? "n first" : "n"}">${part}</th>`)
  );
  return markup`<thead>
<tr><th scope="col" rowspan="2">row</th>${tops}</tr>
<tr>${below}</tr>
</thead>`;
}

function tableRow(
  table: Table,
  { cells: [label, ...rest], at }: { readonly cells: readonly GridCell[]; readonly at: number },
): Markup {
  const { cells } = table.rows[at]!;
  let from = 0;
  const inner = cells.map((cell, column): Inner => {
    const width = parts(table.columns[column]!, table).length, [figure, ...others] = rest.slice(from, from += width);
    const anchor = cellAnchor(at, column);
    const told = markup` <button type="button" popovertarget="${anchor}"
aria-label="${figure!.text}, ${cell.row}, ${cell.metric}: what stands behind it">${
      figure!.bold ? markup`<strong>${figure!.text}</strong>` : figure!.text
    }</button>`;
    return [
      markup`<td class="n first" ${sortKey(cell.mean)}>${told}${
        figure!.note !== undefined &&
        markup`<sup><a href="#note-${figure!.note}">${figure!.note}</a></sup>`
      }</td>`,
      ...others.map((other, i) =>
        table.baseline !== null && i === 0
          ? markup`<td class="n" ${sortKey(cell.delta?.mean)}>${difference(other.text, cell)}</td>`
          : markup`<td class="n" ${sortKey(cell.published)}>${other.text}</td>`
      ),
    ];
  });
  const isBaseline = label!.text === table.baseline;
  return markup`<tr data-row="${at}" ${isBaseline && markup` class="baseline"`}><th scope="row">${label!.text}${
    isBaseline && markup` <span class="tag">baseline</span>`
  }</th>${inner}</tr>`;
}

/** What a column is sorted by; cells without it come last. */
function sortKey(value: number | null | undefined): Inner {
  return value != null && markup` data-value="${value}"`;
}

/** A difference with the word of its sign. */
function difference(text: string, { verdict }: TableCell): Inner {
  if (!verdict || text === "") return text;
  const mark = verdictMark(verdict);
  return markup`${text.slice(0, -mark.length).trim()} ${sign(mark, verdictWords(verdict))}`;
}

function notesOf({ footnotes, notes }: TableGrid): Inner {
  return [
    footnotes.length > 0 && markup`<ol class="footnotes">
${footnotes.map((text, i) => markup`<li id="note-${i + 1}">${text}</li>`)}</ol>`,
    notes.length > 0 && markup`<ul class="notes">
${notes.map((text) => markup`<li>${text}</li>`)}</ul>`,
  ];
}
