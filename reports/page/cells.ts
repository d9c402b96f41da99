/**
 * What stands behind each cell of a report's table, opened in place by the browser itself.
 *
 * @module
 */
import { type CellExplanation, explainCell, type ExplainedRun, figureLines, testLines } from "../explain.ts";
import { formatValue, unitLabel } from "../format.ts";
import { formatDuration } from "../quantities.ts";
import { type Inner, type Markup, markup } from "./markup.ts";
import { digest, plainTable, runLink } from "./parts.ts";
import { cellAnchor } from "./results_section.ts";
import type { ReportSource } from "./source.ts";

/** A popover for each cell of the table. */
export function cellPopovers({ exhibit: { table, records, plan }, reproducible }: ReportSource): Inner {
  return table.rows.map(({ label }, row) =>
    table.columns.map(({ metric }, column) =>
      popover(explainCell({ row: label, column: metric }, { table, records, plan }), { row, column }, reproducible)
    )
  );
}

function popover(
  told: CellExplanation,
  at: { readonly row: number; readonly column: number },
  reproducible: ReportSource["reproducible"],
): Markup {
  const id = cellAnchor(at.row, at.column), { unit } = told.of, { verdict } = told.cell;
  const { seeds, pairs: [overPairs, ...bySeed] } = testLines(told), [figure, ...published] = figureLines(told);
  const definitions = [...new Set(told.cell.runs.map(({ definition }) => definition))];
  return markup`<div id="${id}" class="cell" popover role="dialog" aria-labelledby="${id}-title">
<div class="bar"><h3 id="${id}-title">${told.row} <span class="of">${told.column}${
    unit !== null &&
    markup`, ${unitLabel(unit)}`
  }</span></h3><button type="button" popovertarget="${id}" popovertargetaction="hide">Close</button></div>
<p>${figure ?? ""}${published.map((line) => markup`; ${line}`)}</p>
${verdict && markup`<p class="verdict">${verdict.text}</p>`}
${plainTable(`Runs of ${told.row}`, RUN_COLUMNS, told.runs.map((run) => runRow(run, unit, reproducible)))}
${told.cell.problems.length > 0 && markup`<ul>${told.cell.problems.map((text) => markup`<li>${text}</li>`)}</ul>`}
${seeds.map((line) => markup`<p>${line}</p>`)}
${overPairs !== undefined && markup`<p>${overPairs}</p>`}
${bySeed.length > 0 && markup`<ul>${bySeed.map((line) => markup`<li>${line}</li>`)}</ul>`}
${definitions.map((definition) => markup`<p class="small">Definition: ${definition}</p>`)}
<p class="small"><a href="#row-${at.row}">What the row changes</a> · <a href="#${id}">Link to this cell</a></p>
</div>`;
}

const RUN_COLUMNS = ["seed", { number: "figure" }, "run", "commit", "backend", "began", { number: "time" }, "weights"];

function runRow(
  run: ExplainedRun,
  unit: string | null,
  reproducible: ReportSource["reproducible"],
): { readonly cells: readonly Inner[] } {
  const { seed, id, status, value, commit, dirty, backend, startedAt, seconds, weightsSha256, drift } = run;
  return {
    cells: [
      seed,
      value === null ? status : formatValue(value, unit),
      id === null
        ? "—"
        : reproducible?.ids.has(id)
        ? markup`${runLink(id)} <a href="${reproducible.href}#train-${id}">train it here</a>`
        : runLink(id),
      commit === null ? "—" : markup`${digest(commit)}${dirty && markup` with changes`}${drift && markup`, drifted`}`,
      backend ?? "—",
      startedAt === null ? "—" : startedAt.slice(0, 10),
      seconds === null ? "—" : formatDuration(seconds),
      digest(weightsSha256),
    ],
  };
}
