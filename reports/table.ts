/**
 * The ablation table, as values: rows × metrics, from records alone.
 *
 * @module
 */
import type { LoadedOutcomes } from "../experiments/outcomes.ts";
import { bestCell } from "./best.ts";
import { cellDelta, makeCell, type TableCell, type TableRecord } from "./cell.ts";
import { comparePairs, type PairComparison } from "./pair_comparison.ts";
import type { PublishedRows, PublishedUnits } from "./published.ts";
import { binomialHalfWidth } from "./statistics/binomial.ts";
import { recordNotes } from "./table_notes.ts";
import { type Verdict, verdicts } from "./verdict.ts";

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
  readonly schemaVersion: 2;
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
  /** Steps of the checkpoints of runs that have no record. */
  readonly checkpoints?: readonly { readonly row: string; readonly seed: number; readonly step: number }[];
  /** Metrics as `evaluation.metric`; empty for every metric there is. */
  readonly columns?: readonly string[];
  /** Row that the others are compared with. */
  readonly baseline?: string | null;
  /** Published figures, percent as fractions. */
  readonly published?: PublishedRows | null;
  /** Size of the test set behind each of their columns, where it is known. */
  readonly publishedUnits?: PublishedUnits;
  /** What runs said of each pair, by id and evaluation; without it, rows are compared over seeds alone. */
  readonly outcomes?: LoadedOutcomes["runs"] | undefined;
  /** Where they come from, for the footnote. */
  readonly publishedSource?: string | null;
  /** Further notes. */
  readonly notes?: readonly string[];
}

/**
 * Builds a table: for each planned row and metric the mean over the finished seeds with its t-interval,
 * what did not finish and why, the difference to the baseline seed by seed and, where pairs are stored, pair by pair, what
 * it can be called, and the published figure.
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
  const steps = new Map(options.checkpoints?.map(({ row, seed, step }) => [keyOf(row, seed), step]));
  const bare = rows.map((label) => {
    const runs = seeds.map((seed) => {
      const key = keyOf(label, seed);
      return { seed, record: planned.get(key), checkpoint: steps.get(key) };
    });
    return metrics.map((metric) => makeCell(label, metric, runs));
  });
  const compared = baseline === null ? bare : compare(bare, { rows, columns, baseline, outcomes: options.outcomes });
  const best = new Set(
    columns.map((column, index) =>
      bestCell({ ...column, cells: compared.map((cells) => cells[index]!) }, options.outcomes)
    ),
  );
  return {
    schemaVersion: 2,
    columns,
    rows: rows.map((label, index) => ({
      label,
      cells: compared[index]!.map((cell) => ({
        ...cell,
        best: best.has(cell),
        ...publishedOf(published?.[label], cell.metric, options),
      })),
    })),
    seeds,
    baseline,
    publishedSource: columns.some((column) => column.published) ? publishedSource : null,
    notes: [...notes, ...recordNotes([...planned.values()])],
  };
}

/** Differences of every cell to the baseline's in its column, over seeds and over pairs, and what they can be called. */
function compare(
  bare: readonly (readonly TableCell[])[],
  { rows, columns, baseline, outcomes }: {
    readonly rows: readonly string[];
    readonly columns: readonly TableColumn[];
    readonly baseline: string;
    readonly outcomes?: LoadedOutcomes["runs"] | undefined;
  },
): TableCell[][] {
  const at = rows.indexOf(baseline), base = bare[at]!;
  const cells = bare.map((row, index) =>
    row.map((cell, column) => {
      const comparable = index !== at && columns[column]!.definitions.length === 1;
      return { ...cell, delta: comparable ? cellDelta(cell, base[column]!) : null };
    })
  );
  const groups = columns.map(({ metric }, column) => ({
    metric,
    base: base[column]!,
    cells: cells.map((row) => row[column]!).filter(({ delta }) => delta !== null),
  }));
  const pairs = outcomes ? comparePairs(groups, outcomes) : new Map<TableCell, PairComparison>();
  const said = new Map<TableCell, Verdict>();
  groups.forEach(({ cells }, column) => {
    const found = cells.map((cell) => ({ delta: cell.delta!, pairs: pairs.get(cell) ?? null }));
    const { higherIsBetter } = columns[column]!;
    const comparisons = rows.length - 1;
    verdicts(found, { higherIsBetter, baseline, comparisons }).forEach((verdict, i) => said.set(cells[i]!, verdict));
  });
  return cells.map((row) =>
    row.map((cell) => ({ ...cell, pairs: pairs.get(cell) ?? null, verdict: said.get(cell) ?? null }))
  );
}

/** The published figure of a cell, with the half-width of its test set where the size of that is known. */
function publishedOf(
  row: PublishedRows[string] | undefined,
  metric: string,
  { publishedUnits }: Pick<TableOptions, "publishedUnits">,
): Pick<TableCell, "published" | "publishedHalfWidth"> {
  const value = row?.[metric], n = publishedUnits?.[metric];
  if (value === undefined) return {};
  if (value === null || n === undefined || value > 1) return { published: value };
  return { published: value, publishedHalfWidth: binomialHalfWidth(value, n) };
}

function keyOf(row: string, seed: number): string {
  return JSON.stringify([row, seed]);
}

function quoteAll(names: readonly (string | number)[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function rejectDuplicates(what: string, values: readonly (string | number)[]): void {
  const seen = new Set<string | number>(), twice = values.find((value) => seen.size === seen.add(value).size);
  if (twice === undefined) return;
  throw new RangeError(`Cannot build a table with ${what} "${twice}" twice: each ${what} is planned once`);
}

function arrange(rows: readonly string[], seeds: readonly number[], records: readonly TableRecord[]) {
  const planned = new Map<string, TableRecord>(), unplanned: string[] = [];
  const rowSet = new Set(rows), seedSet = new Set(seeds);
  for (const record of records) {
    const key = keyOf(record.row, record.seed), other = planned.get(key);
    if (!rowSet.has(record.row) || !seedSet.has(record.seed)) {
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
