/**
 * The ablation table, as values: rows × metrics, from records alone.
 *
 * @module
 */
import { cellDelta, makeCell, type TableCell, type TableRecord } from "./cell.ts";
import type { PublishedRows } from "./published.ts";

/** One metric of the table. */
export interface TableColumn {
  /** `evaluation.metric`. */
  readonly metric: string;
  /** Unit, `null` while no run has it. */
  readonly unit: string | null;
  /** Direction; `null` where neither is better, or no run has it. */
  readonly higherIsBetter: boolean | null;
  /** Ids of the definitions that the column's values follow; more than one makes its rows incomparable. */
  readonly definitions: readonly string[];
  /** Whether published figures stand beside it. */
  readonly published: boolean;
}

/** One row of the table. */
export interface TableRow {
  /** As the manifest wrote it. */
  readonly label: string;
  /** In the order of the columns. */
  readonly cells: readonly TableCell[];
}

/** A table; it is plain JSON. */
export interface Table {
  /** Version of this form. */
  readonly schemaVersion: 1;
  /** Metrics. */
  readonly columns: readonly TableColumn[];
  /** Rows, in the planned order. */
  readonly rows: readonly TableRow[];
  /** Planned seeds. */
  readonly seeds: readonly number[];
  /** Label of the row that the others are compared with. */
  readonly baseline: string | null;
  /** Where the published figures come from. */
  readonly publishedSource: string | null;
  /** What a reader must know besides: records left out, definitions that differ. */
  readonly notes: readonly string[];
}

/** What {@link buildTable} is made from. */
export interface TableOptions {
  /** Row labels, in the planned order. */
  readonly rows: readonly string[];
  /** Planned seeds of each row. */
  readonly seeds: readonly number[];
  /** Records; those of other rows or seeds are left out, with a note. */
  readonly records: readonly TableRecord[];
  /** Metrics as `evaluation.metric`; empty for every metric there is. */
  readonly columns?: readonly string[];
  /** Row that the others are compared with. */
  readonly baseline?: string | null;
  /** Published figures, percent as fractions. */
  readonly published?: PublishedRows | null;
  /** Where they come from, for the footnote. */
  readonly publishedSource?: string | null;
  /** Further notes. */
  readonly notes?: readonly string[];
}

/**
 * Builds a table: for each planned row and metric the mean over the finished seeds, their standard deviation
 * `√(Σ (x − x̄)² / (n − 1))`, what did not finish and why, the difference to the baseline seed by seed, and the
 * published figure.
 *
 * @throws {RangeError} if a row or a seed is planned twice, two records claim one row and seed, or the baseline is no row.
 * @throws {TypeError} if the runs disagree about the unit or direction of a metric.
 */
export function buildTable(options: TableOptions): Table {
  const { rows, seeds, records, baseline = null, published = null, publishedSource = null } = options;
  rejectDuplicates("row", rows);
  rejectDuplicates("seed", seeds);
  if (baseline !== null && !rows.includes(baseline)) {
    throw new RangeError(`Cannot compare with baseline "${baseline}": the rows are ${quoteAll(rows)}`);
  }
  const { planned, unplanned } = arrange(rows, seeds, records);
  const notes = [...options.notes ?? []];
  if (unplanned.length > 0) notes.push(`Left out, as no row or seed of the plan: ${unplanned.join(", ")}`);

  const known = [...planned.values()].filter((record) => record.status === "completed");
  const metrics = options.columns?.length ? options.columns : metricNames(known);
  const columns = metrics.map((metric) => makeColumn(metric, known, published));
  for (const { metric, definitions } of columns) {
    if (definitions.length > 1) {
      notes.push(`Rows of ${metric} are not comparable, they follow different definitions: ${quoteAll(definitions)}`);
    }
  }
  const bare = rows.map((label) =>
    metrics.map((metric) =>
      makeCell(label, metric, seeds.map((seed) => ({ seed, record: planned.get(keyOf(label, seed)) })))
    )
  );
  const base = baseline === null ? undefined : bare[rows.indexOf(baseline)];
  return {
    schemaVersion: 1,
    columns,
    rows: rows.map((label, index) => ({
      label,
      cells: bare[index]!.map((cell, column) => {
        const comparable = base && label !== baseline && columns[column]!.definitions.length === 1;
        const value = published?.[label]?.[cell.metric];
        return {
          ...cell,
          delta: comparable ? cellDelta(cell, base[column]!) : null,
          ...(value === undefined ? {} : { published: value }),
        };
      }),
    })),
    seeds,
    baseline,
    publishedSource: columns.some((column) => column.published) ? publishedSource : null,
    notes,
  };
}

function keyOf(row: string, seed: number): string {
  return JSON.stringify([row, seed]);
}

function quoteAll(names: readonly (string | number)[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function rejectDuplicates(what: string, values: readonly (string | number)[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice === undefined) return;
  throw new RangeError(`Cannot build a table with ${what} "${twice}" twice: each ${what} is planned once`);
}

function arrange(rows: readonly string[], seeds: readonly number[], records: readonly TableRecord[]) {
  const planned = new Map<string, TableRecord>(), unplanned: string[] = [];
  for (const record of records) {
    const key = keyOf(record.row, record.seed), other = planned.get(key);
    if (!rows.includes(record.row) || !seeds.includes(record.seed)) {
      unplanned.push(`${record.id} (${record.row}, seed ${record.seed})`);
    } else if (other) {
      throw new RangeError(
        `Cannot put two records in row "${record.row}", seed ${record.seed}: found ${other.id} and ${record.id}, ` +
          "pass the records of one plan",
      );
    } else planned.set(key, record);
  }
  return { planned, unplanned };
}

function metricNames(records: readonly TableRecord[]): string[] {
  return [...new Set(records.flatMap(({ metrics }) => metrics.map(({ evaluation, name }) => `${evaluation}.${name}`)))];
}

function makeColumn(metric: string, records: readonly TableRecord[], published: PublishedRows | null): TableColumn {
  const found = records.flatMap(({ metrics }) =>
    metrics.filter(({ evaluation, name }) => `${evaluation}.${name}` === metric)
  );
  const first = found[0];
  for (const { unit, higherIsBetter } of found) {
    if (unit !== first!.unit || higherIsBetter !== first!.higherIsBetter) {
      throw new TypeError(
        `Cannot put ${metric} in one column: runs give it in "${first!.unit}" and "${unit}", higher is better ` +
          `${first!.higherIsBetter} and ${higherIsBetter}; one unit and direction are wanted`,
      );
    }
  }
  const printed = Object.values(published ?? {}).flatMap((row) => Object.hasOwn(row, metric) ? [row[metric]!] : []);
  // Where no run tells the unit: what is above 1 is no fraction.
  const fractions = printed.length > 0 && printed.every((value) => value === null || value <= 1);
  return {
    metric,
    unit: first?.unit ?? (fractions ? "fraction" : null),
    higherIsBetter: first?.higherIsBetter ?? null,
    definitions: [...new Set(found.map(({ definition }) => definition))],
    published: printed.length > 0,
  };
}
