/**
 * What can be cited, and how a work is named in references.
 *
 * @module
 */

/** Kinds of works. */
export type WorkKind = "article" | "paper" | "chapter" | "preprint" | "report" | "program" | "standard" | "page";

/** A work that can be cited; facts alone, no text of its own. */
export interface Work {
  /** Of a journal, of a conference's proceedings, of a book, and so on; a page is a manual or an encyclopedia. */
  readonly kind: WorkKind;
  /** Title. */
  readonly title: string;
  /** `Family, Given`, or the name of an organization. */
  readonly authors: readonly string[];
  /** Year; `null` where there is none. */
  readonly year: number | null;
  /** Journal, proceedings, book or institution. */
  readonly venue?: string;
  /** Volume of a journal. */
  readonly volume?: string;
  /** Issue of a journal, or number of a report. */
  readonly issue?: string;
  /** First and last page, `1332-1338`. */
  readonly pages?: string;
  /** A remark, such as a version. */
  readonly note?: string;
  /** How references name it, the best first: `doi:10.1126/…`, `arXiv:1801.07698`, an address. */
  readonly ids: readonly string[];
}

/** One way of naming a work. */
export interface Identifier {
  /** Which kind of name. */
  readonly scheme: "doi" | "arxiv" | "url";
  /** The name in its usual spelling, without scheme: `10.1126/science.aab3050`, `1801.07698`, `https://…`. */
  readonly value: string;
  /** The same for every spelling of the name. */
  readonly key: string;
}

/**
 * Reads the name of a work: `arXiv:…` and `doi:…` in any spelling, addresses of both, or any other address.
 *
 * @returns The name, or `undefined` for other text.
 *
 * @example
 * ```ts
 * import { identify } from "./work.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(identify("https://arxiv.org/pdf/1801.07698v3.pdf")?.key, "arxiv:1801.07698");
 * assertEquals(identify("doi:10.1126/Science.aab3050")?.key, identify("https://doi.org/10.1126/science.aab3050")?.key);
 * assertEquals(identify("see the thesis"), undefined);
 * ```
 */
export function identify(text: string): Identifier | undefined {
  const reference = text.trim();
  const [, arxiv] = /^(?:arxiv:\s*|https?:\/\/(?:www\.)?arxiv\.org\/(?:abs|pdf)\/)(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?$/i
    .exec(reference) ?? [];
  if (arxiv !== undefined) return { scheme: "arxiv", value: arxiv, key: `arxiv:${arxiv}` };
  const [, doi] =
    /^(?:doi:\s*|https?:\/\/(?:(?:dx\.)?doi\.org|[^/]+\/doi(?:\/abs|\/full|\/pdf)?)\/)(10\.\d{4,9}\/\S+)$/i
      .exec(reference) ?? [];
  if (doi !== undefined) return { scheme: "doi", value: doi, key: `doi:${doi.toLowerCase()}` };
  if (!/^https?:\/\/\S+$/.test(reference) || !URL.canParse(reference)) return undefined;
  const { href } = new URL(reference);
  return { scheme: "url", value: href, key: href.replace(/^https?:\/\/(?:www\.)?/, "").replace(/\/$/, "") };
}
