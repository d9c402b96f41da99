/**
 * Specifications as SVG: the same bytes each time, without a network.
 *
 * @module
 */
import { type Loader, parse, resetSVGDefIds, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { escapeHtml } from "../html.ts";
import type { ExhibitFigure } from "./figure.ts";
import { configOf, type Theme } from "./theme.ts";

/** Images that stand in a specification themselves. */
const INSIDE = /^data:image\/png;base64,[A-Za-z0-9+/]*=*$/;

/** Refuses what a specification would load: data and images stand in it. */
const REFUSES: Loader = {
  options: {},
  load: refuse,
  sanitize: (address: string) => INSIDE.test(address) ? Promise.resolve({ href: address }) : refuse(address),
  http: refuse,
  file: refuse,
} as unknown as Loader;

function refuse(address: unknown): Promise<never> {
  return Promise.reject(
    new TypeError(`Cannot load "${address}" for a figure: its data has to stand in its specification`),
  );
}

/**
 * Draws a figure as SVG; its texts stay texts.
 *
 * @returns One `svg` element, with the figure's title and text alternative inside.
 * @throws {Error} if the specification is none of Vega-Lite, or loads something.
 */
export async function renderSvg({ name, title, alt, spec }: ExhibitFigure, theme: Theme): Promise<string> {
  const complaints: string[] = [], log = logger(complaints);
  const { spec: vega } = compile({ ...spec } as unknown as TopLevelSpec, {
    config: configOf(theme),
    logger: log as never,
  });
  // Ids are counted over the life of the process.
  resetSVGDefIds();
  const view = new View(parse(vega), { renderer: "none", loader: REFUSES, logger: log as never });
  try {
    const svg = await view.toSVG();
    if (complaints.length > 0) throw new TypeError(`Cannot draw figure "${name}": ${complaints.join("; ")}`);
    return described(rounded(svg).replaceAll(/(id="|url\(#)(clip|gradient|pattern)/g, `$1${name}-$2`), {
      name,
      title,
      alt,
    });
  } finally {
    view.finalize();
  }
}

/** Keeps warnings and errors, of which a figure of ours has none. */
function logger(complaints: string[]): Record<string, unknown> {
  const keep = (...messages: unknown[]) => {
    complaints.push(messages.join(" "));
    return log;
  };
  const log: Record<string, unknown> = { level: () => log, info: () => log, debug: () => log, warn: keep, error: keep };
  return log;
}

/** Places and sizes to a hundredth of a pixel, which no eye sees: shorter, and the same where sines differ in a last bit. */
function rounded(svg: string): string {
  const number = (text: string) => String(Math.round(Number(text) * 100) / 100 + 0);
  return svg.replaceAll(/<[a-z][^>]*>/gi, (tag) =>
    tag.replaceAll(
      / (?:d|transform|x|y|x2|y2|width|height|opacity)="[^"]*"/g,
      (attribute) => attribute.replaceAll(/-?\d+\.\d{3,}(?:e-?\d+)?|-?\d+e-\d+/g, number),
    ));
}

function described(svg: string, { name, title, alt }: Pick<ExhibitFigure, "name" | "title" | "alt">): string {
  const words = `<title id="${name}-title">${escapeHtml(title)}</title><desc id="${name}-desc">${
    escapeHtml(alt)
  }</desc>`;
  return svg.replace(
    /^<svg([^>]*)>/,
    (_, attributes) => `<svg${attributes} role="img" aria-labelledby="${name}-title ${name}-desc">${words}`,
  );
}
