/**
 * The report of an experiment: one HTML file with everything in it, read without a network and without a script.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { pageProperties } from "../figures/theme.ts";
import { cellPopovers } from "./cells.ts";
import { citeSection, verifySection } from "./check_section.ts";
import { dataSection } from "./data_section.ts";
import { figuresSection } from "./figures_section.ts";
import { machineSection } from "./machine_section.ts";
import { type Inner, join, Markup, markup } from "./markup.ts";
import { cited, type Section, sectionOf } from "./parts.ts";
import { resultsTable } from "./results_section.ts";
import { rowsSection } from "./rows_section.ts";
import { runsSection } from "./runs_section.ts";
import script from "./script.js" with { type: "text" };
import type { ReportSource } from "./source.ts";
import base from "./styles/base.css" with { type: "text" };
import content from "./styles/content.css" with { type: "text" };
import media from "./styles/media.css" with { type: "text" };
import scripted from "./styles/script.css" with { type: "text" };
import { summary } from "./summary_section.ts";

/** The report as HTML; the same exhibit and figures give the same bytes. */
export function renderReport(source: ReportSource): string {
  const { exhibit } = source, { plan, experiment } = exhibit, sections = sectionsOf(source);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${experiment}: report</title>
${plan && plan.description !== "" && markup`<meta name="description" content="${plan.description}">`}
<style>
${new Markup(base + colours() + content + scripted + media)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the results</a>
<header>
<h1>${experiment}</h1>
${plan && plan.description !== "" && markup`<p class="lead">${plan.description}</p>`}
<p class="meta">${aboutLine(source)}</p>
<nav aria-label="Contents"><ul>${
    sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)
  }</ul></nav>
</header>
<main id="main">
${sections.map(sectionOf)}
${cellPopovers(source)}</main>
<footer>
<p class="small">Made from the records of the runs by marginlab; every figure follows from them.</p>
</footer>
<script type="module">${new Markup(script)}</script>
</body>
</html>
`.text;
}

function sectionsOf(source: ReportSource): Section[] {
  const { exhibit, figures = [], absent = [] } = source;
  const drawn = figures.length > 0 || absent.length > 0;
  return [
    { id: "findings", title: "What the data support", body: summary(exhibit) },
    { id: "results", title: "Results", body: resultsTable(exhibit.table, "Each figure opens what stands behind it.") },
    ...drawn ? [{ id: "figures", title: "Figures", body: figuresSection(source) }] : [],
    { id: "rows", title: "What was run", body: rowsSection(exhibit) },
    { id: "runs", title: "Runs", body: runsSection(exhibit) },
    { id: "machines", title: "Programs and machines", body: machineSection(exhibit) },
    { id: "data", title: "Data", body: dataSection(exhibit) },
    { id: "verify", title: "How to verify", body: verifySection(source) },
    { id: "cite", title: "How to cite", body: citeSection(source) },
  ];
}

/** When the runs were trained, and what the manifest cites. */
function aboutLine({ exhibit: { plan, records } }: ReportSource): Inner {
  const days = records.map(({ startedAt }) => startedAt.slice(0, 10)).sort(), first = days[0], last = days.at(-1);
  return join([
    ...first === undefined ? [] : [`Trained ${first === last ? first : `${first} to ${last}`}`],
    ...(plan?.cite ?? []).map(cited),
  ], " · ");
}

/** The colours of the drawings, light and dark. */
function colours(): string {
  const [light, dark] = [pageProperties("light"), pageProperties("dark")];
  return `:root { ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
@media print { :root { ${light} } }
`;
}

/** What the page may do: show what is in it, and run its one script. */
function policy(): string {
  const digest = createHash("sha256").update(script).digest("base64");
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
}
