/**
 * A table as LaTeX: booktabs with columns of siunitx and its notes below, to be set inside a `table`, or as a document.
 *
 * @module
 */
import { createFootnotes, explain } from "./footnotes.ts";
import { unitLabel } from "./format.ts";
import { escapeLatex } from "./latex_escape.ts";
import { type LatexColumn, latexColumns } from "./latex_columns.ts";
import type { Table } from "./table.ts";

/** What a document has to load. */
const PACKAGES = "amssymb,booktabs,siunitx,textcomp,threeparttable";

/**
 * Renders a table in LaTeX, for a document in UTF-8 that loads what its first line names. Labels in letters that the
 * document's font lacks are its author's to provide.
 *
 * Figures stand in `S` columns of siunitx 3, aligned at their points, with their uncertainty as `95.50(115)`; a comment
 * before each row names its runs.
 */
export function renderLatex(table: Table): string {
  const footnotes = createFootnotes();
  const groups = table.columns.map((_, column) =>
    latexColumns(
      table,
      column,
      ({ row, problems }) => footnotes.number(problems.length > 0 ? `${row}: ${problems.join("; ")}` : ""),
    )
  );
  const columns = groups.flat(),
    rows = table.rows.map(({ label }, i) => ({ label, cells: columns.map((c) => c.cells[i]!) }));
  const notes = [
    ...footnotes.texts.map((text, i) => `\\item[${i + 1}] ${escapeLatex(text)}`),
    ...explain(table).map((text) => `\\item ${escapeLatex(text)}`),
  ];
  return [
    `% \\usepackage[T1]{fontenc} \\usepackage{${PACKAGES}}`,
    "\\begin{threeparttable}",
    "\\sisetup{separate-uncertainty=true,retain-zero-uncertainty=true,retain-explicit-plus=true}",
    "\\sisetup{detect-weight=true,text-series-to-math=true,mode=text}",
    `\\begin{tabular}{l${columns.map(({ spec }) => spec).join("")}}`,
    "\\toprule",
    row(["", ...groups.map((group, i) => `\\multicolumn{${group.length}}{c}{${heading(table, i)}}`)]),
    rules(groups),
    row(["", ...columns.map(({ head }) => `{${escapeLatex(head)}}`)]),
    "\\midrule",
    ...rows.flatMap(({ label, cells }, i) => [runsOf(table, i), row([escapeLatex(label), ...cells])]),
    "\\bottomrule",
    "\\end{tabular}",
    ...notes.length > 0
      ? ["\\begin{tablenotes}[flushleft]\\footnotesize\\raggedright", ...notes, "\\end{tablenotes}"]
      : [],
    "\\end{threeparttable}",
    "",
  ].join("\n");
}

/**
 * Renders a table as a LaTeX document that compiles as it is: one page, the table as wide as fits. Letters that pdfTeX's fonts lack
 * print as `[U+4E2D]`; LuaTeX and XeTeX with a font that has them print them.
 */
export function renderLatexDocument(table: Table): string {
  const [, ...lines] = renderLatex(table).trimEnd().split("\n");
  return [
    "\\documentclass{article}",
    "\\usepackage[T1]{fontenc}",
    "\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}",
    "\\usepackage[landscape,margin=15mm]{geometry}",
    `\\usepackage{graphicx,${PACKAGES}}`,
    ...foreignLetters(lines),
    "\\pagestyle{empty}",
    "\\newsavebox{\\tablebox}",
    "\\begin{document}",
    "\\noindent\\begin{lrbox}{\\tablebox}",
    ...lines,
    "\\end{lrbox}%",
    "\\ifdim\\wd\\tablebox>\\linewidth\\resizebox{\\linewidth}{!}{\\usebox{\\tablebox}}\\else\\usebox{\\tablebox}\\fi",
    "\\end{document}",
    "",
  ].join("\n");
}

/** Lets letters that pdfTeX's fonts lack print as their numbers, in place of an error; other engines have fonts for them. */
function foreignLetters(lines: readonly string[]): string[] {
  const letters = new Set(lines.join("").toWellFormed().match(/[^\0-\x7f]/gu));
  if (letters.size === 0) return [];
  const declared = [...letters].sort().map((letter) => {
    const number = letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    return `\\ifcsname u8:\\detokenize{${letter}}\\endcsname\\else\\DeclareUnicodeCharacter{${number}}{[U+${number}]}\\fi`;
  });
  return ["\\ifdefined\\DeclareUnicodeCharacter", ...declared, "\\fi"];
}

function row(cells: readonly string[]): string {
  return `${cells.join(" & ")} \\\\`;
}

function heading({ columns }: Table, index: number): string {
  const { metric, unit, higherIsBetter } = columns[index]!;
  const arrow = higherIsBetter === null ? "" : higherIsBetter ? " ↑" : " ↓";
  return escapeLatex(metric + (unit === null ? "" : ` (${unitLabel(unit)})`) + arrow);
}

/** The rules below the headings of groups. */
function rules(groups: readonly (readonly LatexColumn[])[]): string {
  let at = 2;
  return groups.map(({ length }) => `\\cmidrule(lr){${at}-${(at += length) - 1}}`).join("");
}

/** The comment that names the runs of a row. */
function runsOf({ rows }: Table, index: number): string {
  const ids = new Set(rows[index]!.cells.flatMap(({ runs }) => runs.map(({ id }) => id)));
  return `% runs: ${[...ids].map((id) => id.replace(/[^0-9a-f]/g, "")).join(" ") || "none"}`;
}
