/**
 * HTML that cannot be broken by what it is given: text is escaped where it is set in, and only there.
 *
 * @module
 */
import { escapeHtml, escapeSigns } from "../html.ts";

/** A piece of HTML that is well formed and safe to set in. */
export class Markup {
  /** The HTML. */
  readonly text: string;

  /** @param text HTML that is trusted as it is. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What can be set into {@link markup}: text, which is escaped, markup, or a list of them; what is not there gives nothing. */
export type Inner = string | number | Markup | null | undefined | false | readonly Inner[];

/**
 * HTML from a template.
 *
 * @example
 * ```ts
 * import { markup } from "./markup.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(markup`<td>${"a < b"}</td>`.text, "<td>a &lt; b</td>");
 * ```
 */
export function markup(parts: TemplateStringsArray, ...values: readonly Inner[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < values.length ? textOf(values[i]!) : "")).join(""));
}

/** Text with its spaces and lines, for `<pre>`. */
export function preformatted(text: string): Markup {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  return new Markup(lines.map((line) => escapeSigns(line.replace(/[^\P{Cc}\t]/gu, " "))).join("\n"));
}

/** Markup with something between its pieces. */
export function join(pieces: readonly Inner[], between: string): Inner[] {
  return pieces.flatMap((piece, i) => i === 0 ? [piece] : [new Markup(between), piece]);
}

function textOf(inner: Inner): string {
  if (inner == null || inner === false) return "";
  if (inner instanceof Markup) return inner.text;
  return typeof inner === "object" ? inner.map(textOf).join("") : escapeHtml(String(inner));
}
