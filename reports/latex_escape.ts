/**
 * Text in LaTeX.
 *
 * @module
 */

/** What text mode of LaTeX takes for its own. */
const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "&": "\\&",
  "%": "\\%",
  "$": "\\$",
  "#": "\\#",
  "_": "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "'": "\\textquotesingle{}",
  "`": "\\textasciigrave{}",
  // A bracket at the start of a row would be an argument of the line break before it.
  "[": "{[}",
  "]": "{]}",
  "*": "{*}",
  // Hyphens and other ligatures stay as they are written.
  "-": "{-}",
  "−": "$-$",
  "±": "$\\pm$",
  "Δ": "$\\Delta$",
  "θ": "$\\theta$",
  "√": "$\\surd$",
  "·": "$\\cdot$",
  "×": "$\\times$",
  "≤": "$\\le$",
  "≥": "$\\ge$",
  "↑": "$\\uparrow$",
  "↓": "$\\downarrow$",
  "≈": "$\\approx$",
  "≠": "$\\neq$",
  "▲": "$\\blacktriangle$",
  "▼": "$\\blacktriangledown$",
  "△": "$\\vartriangle$",
  "▽": "$\\triangledown$",
  "◇": "$\\lozenge$",
  "○": "$\\circ$",
  "°": "$^\\circ$",
  "²": "\\textsuperscript{2}",
  "ⁿ": "\\textsuperscript{n}",
  "—": "---",
  "–": "--",
  "…": "\\ldots{}",
};

/**
 * Escapes text for LaTeX's text mode: one line, every sign that LaTeX takes for its own as a command that prints it.
 *
 * @example
 * ```ts
 * import { escapeLatex } from "./latex_escape.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(escapeLatex("50 % of {a_b} & \\x"), "50 \\% of \\{a\\_b\\} \\& \\textbackslash{}x");
 * ```
 */
export function escapeLatex(text: string): string {
  return [...text.replace(/[\s\p{Cc}]+/gu, " ").trim()].map((letter) => SPECIAL[letter] ?? letter).join("");
}
