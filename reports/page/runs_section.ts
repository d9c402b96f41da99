/**
 * Every planned run, how it ended, and why it did where it did not complete.
 *
 * @module
 */
import type { RunRecord } from "../../experiments/record.ts";
import type { Exhibit } from "../exhibit.ts";
import { formatBytes, formatDuration } from "../quantities.ts";
import { type Inner, markup, preformatted } from "./markup.ts";
import { count, digest, plainTable, type Row } from "./parts.ts";
import { type ReportRun, reportRuns } from "./source.ts";

const COLUMNS = [
  "row",
  { number: "seed" },
  "run",
  "state",
  { number: "steps" },
  { number: "last loss" },
  { number: "time" },
  { number: "images/s" },
  { number: "memory" },
  "first steps twice",
  "weights",
];

/** Runs as a table, then those that did not complete with their errors, and what cannot be read. */
export function runsSection(exhibit: Exhibit): Inner {
  const runs = reportRuns(exhibit), { others, problems } = exhibit;
  const unfinished = runs.filter(({ record }) => record && record.status !== "completed");
  return markup`${plainTable(count(runs.length, "planned run"), COLUMNS, runs.map(runRow))}
${receiptLine(runs)}
<h3>Runs that did not complete</h3>
${
    unfinished.length === 0
      ? markup`<p>${
        runs.some(({ record }) => !record) ? "None of those that have a record." : "None: every planned run completed."
      }</p>`
      : unfinished.map(unfinishedRun)
  }
${
    others.length > 0 &&
    markup`<p>${count(others.length, "run")} of other plans ${others.length === 1 ? "lies" : "lie"} in the folder and ${
      others.length === 1 ? "is" : "are"
    } left out.</p>`
  }
${
    problems.length > 0 && markup`<h3>Files that cannot be read</h3>
<ul>${problems.map((problem) => markup`<li>${problem}</li>`)}</ul>`
  }`;
}

function runRow({ at, row, seed, id, record }: ReportRun): Row {
  const cost = record?.cost, loss = record?.diagnostics.finalLoss;
  return {
    at,
    id: `run-${id}`,
    cells: [
      row,
      seed,
      markup`<code>${id}</code>`,
      markup`<span class="state ${record?.status ?? "missing"}">${record?.status ?? "missing"}</span>${
        record?.drift && markup` <span class="tag">drifted</span>`
      }`,
      cost?.steps ?? "—",
      loss == null ? "—" : String(Number(loss.toPrecision(4))),
      cost ? formatDuration(cost.seconds) : "—",
      cost?.imagesPerSecond == null ? "—" : String(Math.round(cost.imagesPerSecond)),
      cost?.peakMemoryBytes == null ? "—" : formatBytes(cost.peakMemoryBytes),
      receiptText(record),
      digest(record?.diagnostics.weightsSha256),
    ],
  };
}

function receiptText(record: RunRecord | undefined): string {
  const receipt = record?.diagnostics.receipt;
  if (!receipt) return "—";
  if (receipt.identical) return "same bits";
  return `differ by ${receipt.weights === null ? "more than can be told" : receipt.weights.toExponential(1)}`;
}

/** What the receipts of determinism say together. */
function receiptLine(runs: readonly ReportRun[]): Inner {
  const receipts = runs.flatMap(({ record }) => record?.diagnostics.receipt ?? []);
  if (receipts.length === 0) return markup`<p class="small">No run has done its first steps twice.</p>`;
  const same = receipts.filter(({ identical }) => identical).length;
  return markup`<p class="small">${count(receipts.length, "run")} did ${
    receipts.length === 1 ? "its" : "their"
  } first steps twice: ${same} with the same bits, ${receipts.length - same} with others.</p>`;
}

function unfinishedRun({ row, seed, id, record }: ReportRun): Inner {
  const { status, stopped, error, diagnostics } = record!;
  const said = stopped?.reason ?? error ?? "No reason was recorded";
  const where = diagnostics.divergedAtStep ?? stopped?.step;
  return markup`<article class="unfinished">
<p><b>${row}</b>, seed ${seed}: ${status}${
    where !== undefined && markup` at step ${where}`
  } (<a href="#run-${id}"><code>${id}</code></a>)${
    diagnostics.firstBadTensor !== undefined &&
    markup`; first tensor that was not finite: ${diagnostics.firstBadTensor}`
  }</p>
<pre>${preformatted(said)}</pre>
</article>`;
}
