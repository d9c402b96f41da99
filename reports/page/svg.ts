/**
 * Drawings made ready to stand in a page.
 *
 * @module
 */
import { plainLabel } from "../figures/rows.ts";
import { escapeHtml } from "../html.ts";

/** What a drawing needs of its page. */
export interface PlaceOfSvg {
  /** What there is to see, for those who do not. */
  readonly alt: string;
  /** Labels of the experiment's rows. */
  readonly rows: readonly string[];
}

/**
 * An SVG for a page: described by one text, and with the position of an experiment's row as `data-row` on every mark whose
 * description names it and on every text that is its label.
 *
 * @throws {SyntaxError} if it has what a drawing of ours never has: a script, a handler, an address outside of the page.
 */
export function prepareSvg(svg: string, { alt, rows }: PlaceOfSvg): string {
  const places = new Map(rows.map((label, i) => [plainLabel(label), i]));
  const bare = svg.replace(/<title\b[^>]*>[^<]*<\/title>|<desc\b[^>]*>[^<]*<\/desc>/g, "")
    .replace(/^[^]*?<svg\b([^>]*)>/, (_, attributes: string) => {
      const kept = attributes.replace(/\s(?:role|aria-[a-z]+)="[^"]*"/g, "");
      return `<svg${kept} role="img" aria-label="${escapeHtml(alt)}">`;
    });
  return bare.replace(
    /<([a-z][\w:-]*)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>([^<]*)/gi,
    (whole, name, attributes, end, text) => {
      checkElement(name, attributes);
      const said = /\saria-label="([^"]*)"/.exec(attributes)?.[1];
      const row = name === "text"
        ? places.get(decoded(text))
        : said === undefined
        ? undefined
        : rowOf(decoded(said), places);
      return row === undefined ? whole : `<${name}${attributes} data-row="${row}"${end}>${text}`;
    },
  );
}

function checkElement(name: string, attributes: string): void {
  const refuse = (what: string) => {
    throw new SyntaxError(`Cannot set a drawing into a page: found ${what}, wanted shapes, texts and images alone`);
  };
  if (/^(script|foreignObject|iframe|a|use|style|animate|set)$/i.test(name)) refuse(`<${name}>`);
  for (const [, key, value] of attributes.matchAll(/\s([\w:-]+)="([^"]*)"/g)) {
    const isAddress = /href$/i.test(key!) && !/^(#|data:image\/(png|jpeg);)/.test(value!);
    if (/^on/i.test(key!) || isAddress) refuse(`${key}="${value!.slice(0, 40)}"`);
  }
}

/** The row that a mark's description names, as in `step: 20; loss: 1.5; row: CosFace`. */
function rowOf(description: string, places: ReadonlyMap<string, number>): number | undefined {
  const at = description.startsWith("row: ") ? 0 : description.indexOf("; row: ") + 2;
  if (at === 1) return undefined;
  const rest = description.slice(at + 5);
  const found = [...places.keys()].filter((label) => rest === label || rest.startsWith(`${label}; `));
  return places.get(found.sort((a, b) => b.length - a.length)[0] ?? "");
}

const SIGNS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => SIGNS[name]!);
}
