/**
 * Citations as BibTeX.
 *
 * @module
 */
import type { Citation, Citations } from "./used.ts";
import { type Identifier, identify, type WorkKind } from "./work.ts";

/** The type of an entry, and the field that holds its venue. */
const TYPES: Readonly<Record<WorkKind, readonly [type: string, venue: string]>> = {
  article: ["article", "journal"],
  paper: ["inproceedings", "booktitle"],
  chapter: ["incollection", "booktitle"],
  preprint: ["misc", "howpublished"],
  report: ["techreport", "institution"],
  program: ["misc", "howpublished"],
  standard: ["misc", "howpublished"],
  page: ["misc", "howpublished"],
};

/** Commands by sign; braces as commands, because BibTeX counts escaped ones too. */
const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\textbraceleft{}",
  "}": "\\textbraceright{}",
  "&": "\\&",
  "%": "\\%",
  "$": "\\$",
  "#": "\\#",
  "_": "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  '"': "{\\textquotedbl}",
};

/** Accents by combining sign. */
const ACCENTS: Readonly<Record<string, string>> = {
  "\u0300": "`",
  "\u0301": "'",
  "\u0302": "^",
  "\u0303": "~",
  "\u0308": '"',
  "\u030c": "v ",
  "\u0327": "c ",
};

/**
 * Writes citations in BibTeX: an entry each, in the order of their keys, below a line that says what it is about.
 *
 * @example
 * ```ts
 * import { renderBibtex } from "./bibtex.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const work = { kind: "page", title: "On L2 & the NormFace", authors: ["Viégas, F."], year: 2019, ids: [] } as const;
 * assertEquals(
 *   renderBibtex({ entries: [{ key: "viegas2019l2", work, uses: ["head mine"] }], notes: [] }),
 *   "% head mine\n@misc{viegas2019l2,\n  author = {Vi{\\'e}gas, F.},\n  title = {On {L2} \\& the {NormFace}},\n" +
 *     "  year = {2019},\n}\n",
 * );
 * ```
 */
export function renderBibtex({ entries }: Citations): string {
  return entries.map(entry).join("\n");
}

function entry({ key, work, uses }: Citation): string {
  const [type, venue] = TYPES[work.kind], ids = work.ids.flatMap((id) => identify(id) ?? []);
  const of = (scheme: Identifier["scheme"]) => ids.find((id) => id.scheme === scheme)?.value;
  const doi = of("doi"), arxiv = of("arxiv"), url = of("url");
  const fields: [name: string, value: string | undefined][] = [
    ["author", work.authors.map(author).join(" and ") || undefined],
    ["title", title(work.title)],
    [venue, work.venue && escapeBibtex(work.venue)],
    ["year", work.year === null ? undefined : String(work.year)],
    ["volume", work.volume],
    ["number", work.issue],
    ["pages", work.pages?.replace("-", "--")],
    ["doi", doi && verbatim(doi)],
    ["eprint", arxiv],
    ["archiveprefix", arxiv && "arXiv"],
    ["url", doi || arxiv ? undefined : url && verbatim(url)],
    ["note", work.note && escapeBibtex(work.note)],
  ];
  return [
    // An @ would begin an entry.
    `% ${uses.join(", ").replace(/[\s\p{Cc}@]+/gu, " ")}`,
    `@${type}{${key},`,
    ...fields.flatMap(([name, value]) => value ? [`  ${name} = {${value}},`] : []),
    "}\n",
  ].join("\n");
}

/** Escapes text for a field of BibTeX: one line, braces balanced, accents as commands. */
export function escapeBibtex(text: string): string {
  const letters = text.replace(/[\s\p{Cc}]+/gu, " ").trim().normalize("NFD").match(/.\p{M}?/gu) ?? [];
  return letters.map((letter) => {
    const [base = "", accent] = [...letter];
    const command = accent === undefined || !/[a-z]/i.test(base) ? undefined : ACCENTS[accent];
    if (command !== undefined) return `{\\${command}${base}}`;
    return [...letter.normalize("NFC")].map((sign) => SPECIAL[sign] ?? sign).join("");
  }).join("");
}

/** A name as BibTeX reads it; that of an organization in braces, so that it is not taken apart. */
function author(name: string): string {
  return /^[^,]+, [^,]+$/.test(name) ? escapeBibtex(name) : `{${escapeBibtex(name)}}`;
}

/** A title whose words with capitals inside, or of one capital, keep them in any style. */
function title(text: string): string {
  return text.split(" ").map((word, i) => {
    const [, bare = "", rest = ""] = /^(.*?)([.,:;?!]*)$/s.exec(word) ?? [];
    const keeps = /.\p{Lu}/u.test(bare) || (i > 0 && /^\p{Lu}\d*$/u.test(bare));
    return keeps ? `{${escapeBibtex(bare)}}${escapeBibtex(rest)}` : escapeBibtex(word);
  }).join(" ");
}

/** An address or DOI, whose signs are its own; those that could end the field are written in percent. */
function verbatim(text: string): string {
  return text.replace(/[{}\\"\s\p{Cc}]/gu, encodeURIComponent);
}
