/**
 * A table as LaTeX: a `tabular` of booktabs with its notes below, to be set inside a `table`.
 *
 * @module
 */
import { type GridCell, layOut } from "./layout.ts";
import type { Table } from "./table.ts";

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
  "°": "$^\\circ$",
  "²": "\\textsuperscript{2}",
  "—": "---",
  "–": "--",
  "…": "\\ldots{}",
};

/**
 * Escapes text for LaTeX's text mode: one line, every sign that LaTeX takes for its own as a command that prints it.
 *
 * @example
 * ```ts
 * import { escapeLatex } from "./latex.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(escapeLatex("50 % of {a_b} & \\x"), "50 \\% of \\{a\\_b\\} \\& \\textbackslash{}x");
 * ```
 */
export function escapeLatex(text: string): string {
  return [...text.replace(/[\s\p{Cc}]+/gu, " ").trim()].map((letter) => SPECIAL[letter] ?? letter).join("");
}

/**
 * Renders a table in LaTeX, for a document that loads `booktabs`, `amssymb` and `textcomp`, in UTF-8. Labels in letters
 * that the document's font lacks are its author's to provide.
 */
export function renderLatex(table: Table): string {
  const { head, body, footnotes, notes } = layOut(table);
  const cell = ({ text, bold, note }: GridCell) =>
    (bold ? `\\textbf{${escapeLatex(text)}}` : escapeLatex(text)) +
    (note === undefined ? "" : `\\textsuperscript{${note}}`);
  const row = (cells: readonly string[]) => `${cells.join(" & ")} \\\\`;
  const below = [
    ...footnotes.map((text, i) => `\\textsuperscript{${i + 1}} ${escapeLatex(text)}`),
    ...notes.map(escapeLatex),
  ];
  return [
    "% \\usepackage[T1]{fontenc} \\usepackage{amssymb,booktabs,textcomp}",
    `\\begin{tabular}{l${"r".repeat(head.length - 1)}}`,
    "\\toprule",
    row(head.map(escapeLatex)),
    "\\midrule",
    ...body.map((cells) => row(cells.map(cell))),
    "\\bottomrule",
    "\\end{tabular}",
    ...below.length > 0 ? ["\\par\\smallskip\\footnotesize", ...below.map((line) => `${line}\\par`)] : [],
    "",
  ].join("\n");
}
