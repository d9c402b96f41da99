import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  buildTable,
  escapeHtml,
  escapeLatex,
  renderHtml,
  renderLatex,
  renderLatexDocument,
} from "../../reports/mod.ts";
import { completed, stopped } from "./sample.ts";

/** Text with the signs that LaTeX and HTML take for their own, and any other. */
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(..."&%$#_{}~^\\<>\"'`[]*|- \n\t\0", "<script>", "</td>", "\\input{x}", "%\n", "^^5c", "--", "''"),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

const line = (text: string) => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

const COMMANDS: Readonly<Record<string, string>> = {
  textbackslash: "\\",
  textasciitilde: "~",
  textasciicircum: "^",
  textless: "<",
  textgreater: ">",
  textbar: "|",
  textquotedbl: '"',
  textquotesingle: "'",
  textasciigrave: "`",
  ldots: "…",
};

/** What LaTeX prints of escaped text; throws where it would do anything but print. */
function printed(latex: string): string {
  let text = "";
  const token =
    /\\([{}&%$#_])|\\([a-z]+)\{\}|\{([[\]*-])\}|(\$[^$]*\$)|\\textsuperscript\{2\}|(---?)|([^\\{}&%$#_~^<>|"'`[\]*-])/guy;
  while (token.lastIndex < latex.length) {
    const at = token.lastIndex, match = token.exec(latex);
    if (!match) throw new SyntaxError(`found ${JSON.stringify(latex.slice(at, at + 12))}`);
    const [whole, sign, command, braced, math, dash, plain] = match;
    text += sign ?? (command === undefined ? undefined : COMMANDS[command]) ?? braced ??
      (math ? "□" : dash ? "□" : plain ?? (whole ? "□" : ""));
  }
  return text;
}

Deno.test("escapeLatex() prints what it was given, whatever that is", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const wanted = line(text).replace(/[−±Δθ√·×≤≥↑↓≈≠▲▼△▽◇○°²—–]/gu, "□");
      assertEquals(printed(escapeLatex(text)), wanted);
    }),
    { seed: 5, numRuns: 2000 },
  );
});

Deno.test("escapeHtml() gives text that has no element, no entity of its own and no end of a quote", () => {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#96": "`" };
  fc.assert(
    fc.property(hostile, (text) => {
      const escaped = escapeHtml(text);
      assert(!/[<>"'`\n\0]/.test(escaped), escaped);
      assertEquals(escaped.replace(/&([a-z]+|#\d+);/g, (_, name) => entities[name]!), line(text));
    }),
    { seed: 6, numRuns: 2000 },
  );
});

Deno.test("renderLatex() and renderHtml() of hostile labels keep rows and columns", () => {
  fc.assert(
    fc.property(fc.uniqueArray(hostile, { minLength: 2, maxLength: 2 }), hostile, (rows, error) => {
      const records = [completed(rows[0]!, 0, 0.9), stopped(rows[1]!, 0, "failed", error)];
      const built = buildTable({ rows, seeds: [0], records, baseline: rows[0]!, columns: ["unseen.accuracy"] });
      const table = { ...built, columns: built.columns.map((column) => ({ ...column, metric: `.${error}` })) };
      const latex = renderLatex(table);
      const head = latex.slice(latex.indexOf("\\toprule\n") + 9, latex.indexOf("\\midrule"));
      const [groups, columns] = head.split(" \\\\\n");
      assertEquals([groups, columns].map((line) => line!.split(/(?<!\\)&/).length), [2, 4], head);
      const body = latex.slice(latex.indexOf("\\midrule\n") + 9, latex.indexOf("\\bottomrule"));
      assertEquals(body.split(" \\\\\n").length, 3, body);
      for (const row of body.split(" \\\\\n").slice(0, 2)) assertEquals(row.split(/(?<!\\)&/).length, 4, row);
      assertEquals(latex.match(/\\(?:begin|end)\{/g)!.length, 6);
      const html = renderHtml(table);
      for (const [tag] of html.matchAll(/<\/?([^\s>]+)[^>]*>/g)) {
        assertMatch(tag, /^<\/?(?:table|thead|tbody|tr|th|td|ul|li|sup|strong)(?: scope="(?:col|row)")?>$/);
      }
      assertEquals(html.match(/<tr>/g)!.length, 3);
      assertEquals(html.match(/<td>/g)!.length, 4);
    }),
    { seed: 7, numRuns: 300 },
  );
});

Deno.test("renderLatex() aligns figures in columns of siunitx, with their runs and notes", () => {
  const records = [completed("A & B", 0, 0.9), stopped("C_1", 0, "failed", "100 % of $x")];
  const table = buildTable({ rows: ["A & B", "C_1"], seeds: [0], records, columns: ["unseen.accuracy"] });
  assertEquals(
    renderLatex(table).split("\n").slice(4, 19),
    String.raw`\begin{tabular}{lS[table-format=2.2(2)]@{}l}
\toprule
 & \multicolumn{2}{c}{unseen.accuracy (\%) $\uparrow$} \\
\cmidrule(lr){2-3}
 & {mean} & {} \\
\midrule
% runs: ${records[0]!.id}
A \& B & 90.00(78) &  \\
% runs: none
C\_1 & {---} & \tnote{1} \\
\bottomrule
\end{tabular}
\begin{tablenotes}[flushleft]\footnotesize\raggedright
\item[1] C\_1: seed 0 failed (${records[1]!.id}): 100 \% of \$x
\item $\pm$ is the standard deviation over the folds of one seed (0, ddof 0); it is not the spread over seeds`.split(
      "\n",
    ),
  );
});

Deno.test("renderLatex() sets the best in bold, and signs differences", () => {
  const runs = (row: string, base: number) => [0, 1, 2, 3, 4, 5].map((seed) => completed(row, seed, base + seed / 1e4));
  const records = [...runs("A", 0.8), ...runs("B", 0.9)], seeds = [0, 1, 2, 3, 4, 5];
  const latex = renderLatex(
    buildTable({ rows: ["A", "B"], seeds, records, columns: ["unseen.accuracy"], baseline: "A" }),
  );
  assertMatch(latex, /^B & \\bfseries 90\.03\(2\) & \+10\.00\(0\) & \$\\blacktriangle\$ \\\\$/m);
  assertMatch(latex, /^A & 80\.03\(2\) & {2}& {2}\\\\$/m);
});

Deno.test("renderLatex() prints figures that are too large to align as texts", () => {
  const records = [completed("A", 0, 0.9, 123456789012), completed("B", 0, 0.9, 1e-9)];
  const table = buildTable({ rows: ["A", "B"], seeds: [0], records, columns: ["unseen.xnorm"] });
  assertMatch(renderLatex(table), /^A & 1?.*\n% runs.*\nB & 1e\{-\}9 \\\\$/m);
});

Deno.test("renderLatexDocument() is the same table in a document of its own", () => {
  const table = buildTable({ rows: ["A"], seeds: [0], records: [completed("A", 0, 0.9)] });
  const text = renderLatexDocument(table), [, ...lines] = renderLatex(table).trimEnd().split("\n");
  assert(text.startsWith("\\documentclass") && text.endsWith("\\end{document}\n"));
  assert(text.includes(lines.join("\n")));
});
