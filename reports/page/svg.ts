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
 * An SVG for a page: one image with one description, whose marks say their values as `data-said`; those of an experiment's
 * row, and texts that are its label, have its position as `data-row`.
 *
 * @throws {SyntaxError} if it has what a drawing of ours never has: a script, a handler, an address outside of the page.
 */
export function prepareSvg(svg: string, { alt, rows }: PlaceOfSvg): string {
  const places = new Map(rows.map((label, i) => [plainLabel(label), i]));
  const bare = svg.replace(/<title\b[^>]*>[^<]*<\/title>|<desc\b[^>]*>[^<]*<\/desc>/g, "");
  return bare.replace(
    /<([a-z][\w:-]*)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>([^<]*)/gi,
    (_, name, attributes, end, text) => {
      checkElement(name, attributes);
      const drawn = attributes.replace(/\s(?:role|aria-[a-z]+|xmlns:xlink|version)="[^"]*"/g, "")
        .replace(/(\.\d\d)\d+/g, "$1");
      const inPage = name === "svg"
        ? ` role="img" aria-label="${escapeHtml(alt)}"`
        : linked(name, { attributes, text, places });
      return `<${name}${drawn}${inPage}${end}>${text}`;
    },
  );
}

/** What a mark says, and the row that it or a text is of, as attributes. */
function linked(
  name: string,
  { attributes, text, places }: {
    readonly attributes: string;
    readonly text: string;
    readonly places: ReadonlyMap<string, number>;
  },
): string {
  const kind = /\saria-roledescription="([^"]*)"/.exec(attributes)?.[1] ?? "";
  const label = /\saria-label="([^"]*)"/.exec(attributes)?.[1] ?? "";
  const isMark = label !== "" && !/^(axis|legend|title|header)/.test(kind);
  // A line has many values, of which its description tells the first.
  const parts = label.split("; "), words = parts.filter((part) => !/: [-−]?[\d.,e-]+%?$/.test(part));
  const said = isMark ? (/^(line|area|trail)/.test(kind) ? words : parts).join("; ") : "";
  const row = name === "text" ? places.get(decoded(text)) : isMark ? rowOf(decoded(label), places) : undefined;
  return (said === "" ? "" : ` data-said="${said}"`) + (row === undefined ? "" : ` data-row="${row}"`);
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
