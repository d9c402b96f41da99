/**
 * A table as CSV in two more forms: one line a row (wide), and one line for each run and metric.
 *
 * @module
 */
import type { TableCell } from "./cell.ts";
import { csvText } from "./csv.ts";
import type { Table } from "./table.ts";

/** What stands of each metric, unrounded and in its own unit. */
const FIELDS: Readonly<Record<string, (cell: TableCell) => string | number | null | undefined>> = {
  mean: ({ mean }) => mean,
  std: ({ std, runStd }) => std ?? runStd,
  ci_low: ({ interval }) => interval?.low,
  ci_high: ({ interval }) => interval?.high,
  finished: ({ finished }) => finished,
  delta: ({ delta }) => delta?.mean,
  delta_ci_low: ({ delta, pairs }) => delta?.low ?? pairs?.low,
  delta_ci_high: ({ delta, pairs }) => delta?.high ?? pairs?.high,
  p_holm: ({ verdict }) => verdict?.seeds.adjusted ?? verdict?.pairs?.adjusted,
  verdict: ({ verdict }) => verdict?.word,
  published: ({ published }) => published,
};

/**
 * Renders a table in CSV, a line a row: `row`, `planned`, and for each metric `<metric>.mean` and so on. The interval of a
 * difference is over seeds, or of one seed over the pairs of the test set; `p_holm` likewise. Fields that no row has are
 * left out.
 */
export function renderWideCsv(table: Table): string {
  const fields = table.columns.flatMap(({ metric }, column) =>
    Object.entries(FIELDS).map(([name, of]) => ({
      title: `${metric}.${name}`,
      values: table.rows.map(({ cells }) => of(cells[column]!)),
    }))
  ).filter(({ values }) => values.some((value) => value != null));
  const lines = [
    ["row", "planned", ...fields.map(({ title }) => title)],
    ...table.rows.map(({ label }, row) => [label, table.seeds.length, ...fields.map(({ values }) => values[row])]),
  ];
  return lines.map((line) => `${line.map(field).join(",")}\n`).join("");
}

const RUN_HEADER = "row,seed,run,status,metric,unit,higher_is_better,value,std,spread,n,definition".split(",");

/**
 * Renders the planned runs of a table in CSV, one line for each run and metric; `std` is within the run, over folds or
 * searches. A run without a figure has its status: `failed`, `diverged`, `stopped`, `missing` (it has no record), or
 * `absent` (it completed without this metric).
 */
export function renderRunsCsv({ columns, rows }: Table): string {
  const lines = rows.flatMap(({ label, cells }) =>
    cells.flatMap(({ metric, runs, absences }, column) => {
      const { unit, higherIsBetter } = columns[column]!;
      const finished = runs.map((run) => ({ ...run, status: "completed" }));
      return [...finished, ...absences].sort((a, b) => a.seed - b.seed).map((run) => {
        const own = [label, run.seed, run.id, run.status, metric, unit, higherIsBetter];
        if (!("value" in run)) return [...own, null, null, null, null, null];
        const { value, runStd, over, n, definition } = run;
        return [...own, value, runStd, runStd === null ? null : over, n, definition];
      });
    })
  );
  return [RUN_HEADER, ...lines].map((line) => `${line.map(field).join(",")}\n`).join("");
}

function field(value: string | number | boolean | null | undefined): string {
  return typeof value === "string" ? csvText(value) : value == null ? "" : String(value);
}
