/**
 * The works that this program knows: what every built-in plugin and every reader's data names as its reference.
 *
 * @module
 */
import { DATA_WORKS } from "./data.ts";
import { HEAD_WORKS } from "./heads.ts";
import { METHOD_WORKS } from "./methods.ts";
import { PAGE_WORKS } from "./pages.ts";
import { PROGRAM_WORKS } from "./programs.ts";
import { identify, type Work } from "./work.ts";

/** Every known work. */
export const BIBLIOGRAPHY: readonly Work[] = Object.freeze([
  ...HEAD_WORKS,
  ...METHOD_WORKS,
  ...DATA_WORKS,
  ...PROGRAM_WORKS,
  ...PAGE_WORKS,
]);

const byKey = new Map(BIBLIOGRAPHY.flatMap((work) => work.ids.map((id) => [identify(id)!.key, work] as const)));

/** The work that a reference names, also by a file of a known repository or site; `undefined` for one that is not known. */
export function findWork(reference: string): Work | undefined {
  for (let key = identify(reference)?.key; key; key = /^(.*)\//.exec(key)?.[1]) {
    const work = byKey.get(key);
    if (work) return work;
  }
  return undefined;
}

/** What is known of a reference that no entry has: its identifier, or the text itself. */
export function unknownWork(reference: string): Work {
  const known = identify(reference), text = reference.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (!known) return { kind: "page", title: text, authors: [], year: null, ids: [] };
  const named = { doi: `doi:${known.value}`, arxiv: `arXiv:${known.value}`, url: known.value }[known.scheme];
  return { kind: known.scheme === "arxiv" ? "preprint" : "page", title: named, authors: [], year: null, ids: [named] };
}

/** First words that tell nothing of a title. */
const STOP_WORDS: ReadonlySet<string> = new Set(["a", "an", "the", "in", "on", "of", "for"]);

/**
 * The key of an entry: first author's family, year, and the title's first word that tells something: `deng2019arcface`; for
 * what is by an organization that word and the year.
 */
export function citationKey({ authors: [first = ""], year, title }: Work): string {
  const words = plain(title).split(/[^a-z0-9]+/).filter((word) => word !== "");
  const word = words.find((word) => !STOP_WORDS.has(word)) ?? words[0] ?? "work";
  const [family, given] = plain(first).split(",");
  return given === undefined ? `${word}${year ?? ""}` : `${family!.replace(/[^a-z0-9]/g, "")}${year ?? ""}${word}`;
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
