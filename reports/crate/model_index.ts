/**
 * The table as `model-index`, the form in which model cards give results: one model a row.
 *
 * @module
 */
import type { RunRecord } from "../../experiments/record.ts";
import type { TableCell } from "../cell.ts";
import type { Exhibit } from "../exhibit.ts";

/** What a model card says of one row. */
export interface IndexedModel {
  /** Label of the row. */
  readonly name: string;
  /** Its figures, by data set. */
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

/** The rows of which a run finished; the mean over seeds is the value, its count and interval stand in `args`. */
export function modelIndex({ table, records, experiment }: Exhibit): IndexedModel[] {
  return table.rows.flatMap(({ label, cells }) => {
    const own = records.filter(({ row, status }) => row === label && status === "completed");
    const evaluations = [...new Set(cells.filter(({ mean }) => mean !== null).map(({ metric }) => partsOf(metric)[0]))];
    const results = evaluations.flatMap((evaluation) => {
      const data = own[0]?.data.find(({ role }) => role === evaluation);
      if (!data) return [];
      const metrics = cells.filter(({ metric, mean }) => mean !== null && partsOf(metric)[0] === evaluation);
      return [{
        task: { type: "image-feature-extraction", name: protocolOf(own[0]!, evaluation) },
        dataset: {
          ...{ type: data.reader, name: `${evaluation} (${data.images} images of ${data.classes} classes)` },
          revision: data.digest,
        },
        metrics: metrics.map((cell) =>
          metricOf(cell, table.columns.find(({ metric }) => metric === cell.metric)!.unit)
        ),
      }];
    });
    return results.length > 0 ? [{ name: `${experiment}: ${label}`, results }] : [];
  });
}

function metricOf(cell: TableCell, unit: string | null): Record<string, unknown> {
  const [, name] = partsOf(cell.metric), n = cell.runs.length;
  const { interval } = cell, [first] = cell.runs;
  return {
    type: name,
    value: cell.mean,
    name: `${cell.metric}, ${n === 1 ? "one seed" : `mean of ${n} seeds`}`,
    args: {
      ...{ seeds: n, planned: cell.planned, units: first!.n, unit, definition: first!.definition },
      ...interval ? { ci95: [interval.low, interval.high] } : {},
    },
  };
}

/** The evaluation and the metric of `unseen.tar@1e-3`. */
function partsOf(metric: string): [evaluation: string, name: string] {
  const dot = metric.indexOf(".");
  return [metric.slice(0, dot), metric.slice(dot + 1)];
}

function protocolOf(record: RunRecord, evaluation: string): string {
  const found = record.manifest.evaluate.find(({ name }) => name === evaluation)?.protocol["protocol"];
  return typeof found === "string" ? found : evaluation;
}
