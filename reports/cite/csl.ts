/**
 * Citations as CSL-JSON, for reference managers and pandoc.
 *
 * @module
 */
import type { Citation, Citations } from "./used.ts";
import { identify, type WorkKind } from "./work.ts";

const TYPES: Readonly<Record<WorkKind, string>> = {
  article: "article-journal",
  paper: "paper-conference",
  chapter: "chapter",
  preprint: "article",
  report: "report",
  program: "software",
  standard: "standard",
  page: "webpage",
};

/** Writes citations in CSL-JSON. */
export function renderCsl({ entries }: Citations): string {
  return `${JSON.stringify(entries.map(item), null, 2)}\n`;
}

function item({ key, work }: Citation): Record<string, unknown> {
  const { kind, title, authors, year, venue, volume, issue, pages, note } = work;
  const ids = work.ids.flatMap((id) => identify(id) ?? []);
  const doi = ids.find(({ scheme }) => scheme === "doi")?.value;
  const arxiv = ids.find(({ scheme }) => scheme === "arxiv")?.value;
  const url = arxiv === undefined
    ? ids.find(({ scheme }) => scheme === "url")?.value
    : `https://arxiv.org/abs/${arxiv}`;
  const found = {
    author: authors.length > 0 ? authors.map(author) : undefined,
    issued: year === null ? undefined : { "date-parts": [[year]] },
    [kind === "report" ? "publisher" : "container-title"]: venue,
    volume,
    [kind === "report" ? "number" : "issue"]: issue,
    page: pages,
    DOI: doi,
    URL: doi === undefined ? url : undefined,
    note,
  };
  const given = Object.entries(found).filter(([, value]) => value !== undefined);
  return { id: key, type: TYPES[kind], title, ...Object.fromEntries(given) };
}

function author(name: string): Record<string, string> {
  const [, family, given] = /^([^,]+), ([^,]+)$/.exec(name) ?? [];
  return family && given ? { family, given } : { literal: name };
}
