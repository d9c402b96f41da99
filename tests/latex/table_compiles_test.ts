/// Compiles LaTeX tables with pdflatex, where there is one: `deno task test-latex`.
import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { buildTable, renderLatexDocument, type Table, tableOfExperiment } from "../../reports/mod.ts";
import { completed, stopped } from "../reports/sample.ts";

const store = openStore(decodeURIComponent(new URL("../../results", import.meta.url).pathname));
// Where a test may not start programs, the command is refused as it is made.
const there = await Promise.resolve()
  .then(() => new Deno.Command("pdflatex", { args: ["--version"] }).output())
  .then(({ success }) => success, () => false);

async function compile(table: Table): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/table.tex`, renderLatexDocument(table));
    const args = ["-interaction=nonstopmode", "-halt-on-error", "table.tex"];
    const { success, stdout } = await new Deno.Command("pdflatex", { args, cwd: folder, stderr: "null" }).output();
    const log = new TextDecoder().decode(stdout);
    assert(success, log.slice(-3000));
    assert(/Output written on table\.pdf \(1 page,/.test(log), log.slice(-300));
    assertEquals(log.match(/^(?:Overfull|LaTeX Warning: (?!Font)).*/gm), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const experiment of ["omniglot-table2", "omniglot-one-shot", "toy-2d"]) {
  const name =
    `the LaTeX document of ${experiment} compiles to one page (needs pdflatex with siunitx and threeparttable)`;
  Deno.test({ name, ignore: !there }, async () => {
    const { records } = await store.records(experiment);
    await compile(tableOfExperiment({ plan: await store.readPlan(experiment), records }));
  });
}

const name =
  "the LaTeX document of hostile labels and errors compiles (needs pdflatex with siunitx and threeparttable)";
Deno.test({ name, ignore: !there }, async () => {
  const rows = ["\\input{x} & %", "[b]*{c}_^~#$", "<script>\"'` --", "x\ny\u0000 é θ", "中文 e\u0301 😀 \ud800"],
    error = "\\end{document} $ % & # _ {";
  const records = rows.map((row, i) => i === 2 ? stopped(row, 0, "failed", error) : completed(row, 0, 0.9 + i / 100));
  await compile(buildTable({ rows, seeds: [0, 1], records, baseline: rows[0]! }));
});
