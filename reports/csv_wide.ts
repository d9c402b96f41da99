/**
 * A table as CSV in two more forms: one line a row (wide), and one line for each figure of a run.
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

const RUN_HEADER = [
  "row",
  "seed",
  "run",
  "metric",
  "unit",
  "higher_is_better",
  "value",
  "std",
  "spread",
  "n",
  "definition",
];

/** Renders the figures of a table's finished runs in CSV, one line each; `std` is within the run, over folds or searches. */
export function renderRunsCsv({ columns, rows }: Table): string {
  const lines = rows.flatMap(({ label, cells }) =>
    cells.flatMap(({ metric, runs }, column) =>
      runs.map(({ id, seed, value, runStd, over, n, definition }) => {
        const { unit, higherIsBetter } = columns[column]!;
        return [
          label,
          seed,
          id,
          metric,
          unit,
          higherIsBetter,
          value,
          runStd,
          runStd === null ? "" : over,
          n,
          definition,
        ];
      })
    )
  );
  return [RUN_HEADER, ...lines].map((line) => `${line.map(field).join(",")}\n`).join("");
}

function field(value: string | number | boolean | null | undefined): string {
  return typeof value === "string" ? csvText(value) : value == null ? "" : String(value);
}
