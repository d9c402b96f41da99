/// Sets citations with BibTeX, where there is one: `deno task test-latex`.
import { assert, assertEquals } from "@std/assert";
import { BIBLIOGRAPHY, citationKey, renderBibtex, unknownWork } from "../../reports/mod.ts";

const there = await Promise.all(["pdflatex", "bibtex"].map((name) => run(".", name, "--version"))).then(
  (found) => found.every(({ success }) => success),
  () => false,
);

async function run(cwd: string, command: string, ...args: string[]): Promise<{ success: boolean; log: string }> {
  const { success, stdout } = await new Deno.Command(command, { args, cwd, stderr: "null" }).output();
  return { success, log: new TextDecoder().decode(stdout) };
}

const name = "every entry of the bibliography, and hostile ones, are set by BibTeX (needs pdflatex and bibtex)";
Deno.test({ name, ignore: !there }, async () => {
  const hostile = ['{\\input{x} % & $ # _ ~ ^ " @misc{x,', "}}},", "doi:10.1234/{}%\\", "https://example.org/{%}_~#&"];
  const works = [...BIBLIOGRAPHY, ...hostile.map(unknownWork)];
  const entries = works.map((work, i) => ({ key: `${citationKey(work)}${i}`, work, uses: ["a @test"] }));
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/all.bib`, renderBibtex({ entries, notes: [] }));
    const document = [
      "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{textcomp}\\begin{document}\\nocite{*}",
      "\\bibliographystyle{plain}\\bibliography{all}\\end{document}",
    ];
    await Deno.writeTextFile(`${folder}/all.tex`, document.join("\n"));
    const latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"] as const;
    await run(folder, ...latex);
    const bibtex = await run(folder, "bibtex", "all");
    assertEquals([bibtex.success, bibtex.log.match(/error/gi)], [true, null], bibtex.log);
    await run(folder, ...latex);
    const { success, log } = await run(folder, ...latex);
    assert(success, log.slice(-2000));
    const set = await Deno.readTextFile(`${folder}/all.bbl`);
    assertEquals(set.match(/\\bibitem/g)?.length, works.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
