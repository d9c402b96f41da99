/**
 * Pieces that the sections of a report share.
 *
 * @module
 */
import { type Inner, type Markup, markup } from "./markup.ts";

/** A section with its heading, which the contents name. */
export interface Section {
  /** Its anchor. */
  readonly id: string;
  /** Its heading. */
  readonly title: string;
  /** What stands in it. */
  readonly body: Inner;
}

/** A table's column: its title, and whether it holds numbers. */
export type Column = string | { readonly number: string };

/** A row of a plain table. */
export interface Row {
  /** Position of the experiment's row that it is of, by which a reader filters. */
  readonly at?: number;
  /** Its anchor. */
  readonly id?: string;
  /** Its cells; the first is its heading. */
  readonly cells: readonly Inner[];
}

/** A section of the page. */
export function sectionOf({ id, title, body }: Section): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>`;
}

/** A part of the page that is scrolled sideways by itself, with the keyboard too. */
export function scrolled(label: string, body: Inner): Markup {
  return markup`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${body}</div>`;
}

/** A table with a heading for each column and row, in a part that is scrolled by itself. */
export function plainTable(caption: string, columns: readonly Column[], rows: readonly Row[]): Markup {
  const head = columns.map((column) =>
    typeof column === "string"
      ? markup`<th scope="col">${column}</th>`
      : markup`<th scope="col" class="n">${column.number}</th>`
  );
  const body = rows.map(({ at, id, cells: [first, ...rest] }) =>
    markup`<tr${id !== undefined && markup` id="${id}"`}${
      at !== undefined && markup` data-row="${at}"`
    }><th scope="row">${first ?? ""}</th>${
      rest.map((cell, i) => markup`<td${typeof columns[i + 1] === "string" ? null : markup` class="n"`}>${cell}</td>`)
    }</tr>
`
  );
  return scrolled(
    caption,
    markup`<table>
<caption>${caption}</caption>
<thead>
<tr>${head}</tr>
</thead>
<tbody>
${body}</tbody>
</table>`,
  );
}

/** Facts as terms with what is said of each. */
export function facts(pairs: readonly (readonly [term: string, ...told: Inner[]])[]): Markup {
  return markup`<dl>
${
    pairs.map(([term, ...told]) => markup`<div><dt>${term}</dt>${told.map((one) => markup`<dd>${one}</dd>`)}</div>`)
  }</dl>`;
}

/** What is folded until a reader asks for it. */
export function folded(summary: Inner, body: Inner): Markup {
  return markup`<details><summary>${summary}</summary>
${body}</details>`;
}

/** A digest by its first digits; all of them are shown where the pointer rests, and copied from the markup. */
export function digest(sha256: string | null | undefined): Inner {
  return sha256 ? markup`<code title="${sha256}">${sha256.slice(0, 12)}</code>` : "—";
}

/** The anchor of a run in the list of runs. */
export function runLink(id: string): Markup {
  return markup`<a href="#run-${id}"><code>${id}</code></a>`;
}

/** `1 run`, `3 runs`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** What is cited, as a link where it is an arXiv number, a DOI or an address. */
export function cited(text: string): Inner {
  const [, scheme, rest] = /^(arxiv|doi):\s*(\S+)$/i.exec(text) ?? [];
  const address = rest === undefined
    ? /^https?:\/\/[^\s"'<>]+$/.exec(text)?.[0]
    : `${scheme!.toLowerCase() === "doi" ? "https://doi.org/" : "https://arxiv.org/abs/"}${encodeURI(rest)}`;
  return address === undefined ? text : markup`<a href="${address}" rel="noreferrer">${text}</a>`;
}

/** The signs `▲`, `○`, … with the word that they stand for. */
export function sign(mark: string, word: string): Markup {
  return markup`<span class="mark" role="img" aria-label="${word}" title="${word}">${mark}</span>`;
}
