/**
 * The files of a package that are made from its records.
 *
 * @module
 */
import { builtins } from "../../registry/builtins.ts";
import { citations, renderBibtex } from "../cite/mod.ts";
import { renderSvg } from "../figures/render.ts";
import { drawForReport } from "../page/drawn.ts";
import { renderReport } from "../page/page.ts";
import { type TableFormat, tableFormats } from "../render.ts";
import { modelCard } from "./card.ts";
import { citationFile } from "./citation.ts";
import type { CrateDocument, CrateSource } from "./contents.ts";
import { manifestOfPlan } from "./manifest.ts";
import { publishedOfPlan } from "./published.ts";

const TABLES: Readonly<Partial<Record<TableFormat, string>>> = {
  md: "table.md",
  csv: "table.csv",
  "csv-wide": "table-wide.csv",
  "csv-runs": "runs.csv",
  latex: "table.tex",
  "latex-document": "table-document.tex",
  json: "table.json",
};

/** Makes them, in the order of their paths. */
export async function crateDocuments(source: CrateSource): Promise<CrateDocument[]> {
  const { exhibit, plugins, reproducible } = source, documents: CrateDocument[] = [];
  const drawn = await drawForReport({ exhibit }), figures = drawn.figures.map(({ figure }) => figure);
  const bibtex = renderBibtex(citations(exhibit, builtins()));
  documents.push(
    {
      path: "report.html",
      content: renderReport({ exhibit, ...drawn, bibtex, folder: "/path/to/this/folder", reproducible }),
    },
    { path: "references.bib", content: bibtex },
  );
  for (const figure of figures) {
    documents.push(
      { path: `figures/${figure.name}.json`, content: `${JSON.stringify(figure.spec, null, 1)}\n` },
      { path: `figures/${figure.name}.svg`, content: await renderSvg(figure, "light") },
    );
  }
  for (const [format, name] of Object.entries(TABLES)) {
    documents.push({ path: `tables/${name}`, content: tableFormats[format as TableFormat](exhibit.table) });
  }
  if (exhibit.plan) {
    const published = publishedOfPlan(exhibit.plan);
    documents.push({ path: "manifest.yaml", content: manifestOfPlan(exhibit.plan, plugins) });
    if (published) documents.push({ path: published.path, content: published.content });
  }
  const pictures = figures.map(({ name, alt, caption }) => ({ path: `figures/${name}.svg`, alt, caption }));
  documents.push(
    { path: "README.md", content: modelCard(source, pictures) },
    { path: "CITATION.cff", content: citationFile(source) },
  );
  return documents.sort((a, b) => a.path < b.path ? -1 : 1);
}
