/**
 * The table of one experiment, from what its results folder holds.
 *
 * @module
 */
import type { LoadedOutcomes } from "../experiments/outcomes.ts";
import type { FrozenPlan } from "../experiments/store/plan.ts";
import type { TableRecord } from "./cell.ts";
import { buildTable, type Table } from "./table.ts";

/** What a table needs of a plan. */
export interface TablePlan
  extends Pick<FrozenPlan, "seeds" | "table" | "runs" | "published" | "publishedUnits" | "stopping"> {
  /** Rows, in their order. */
  readonly rows: readonly Pick<FrozenPlan["rows"][number], "label">[];
}

/** What a results folder holds. */
export interface ExperimentContent {
  /** What was planned; without it, the records themselves say which rows and seeds there are. */
  readonly plan?: TablePlan | undefined;
  /** Every record that can be read. */
  readonly records: readonly TableRecord[];
  /** Steps of the checkpoints of runs that have no record, by id. */
  readonly checkpoints?: ReadonlyMap<string, number>;
  /** A message for each record that cannot be read; each becomes a note. */
  readonly problems?: readonly string[];
  /** What runs said of each pair; without it, rows are compared over seeds alone. */
  readonly outcomes?: LoadedOutcomes;
  /** Metrics as `evaluation.metric`, in place of the plan's. */
  readonly columns?: readonly string[] | undefined;
}

/**
 * Builds the table of an experiment. A record belongs to the row whose planned run has its id, whatever row it was
 * first made for, because a label is no part of a run's identity; records of other plans are left out, with a note.
 *
 * @throws {RangeError} without a plan, if two records claim one row and seed.
 */
export function tableOfExperiment(
  { plan, records, checkpoints, problems = [], outcomes, columns }: ExperimentContent,
): Table {
  if (!plan) {
    return buildTable({
      rows: [...new Set(records.map(({ row }) => row))],
      seeds: [...new Set(records.map(({ seed }) => seed))].sort((a, b) => a - b),
      records,
      ...columns ? { columns } : {},
      notes: [...problems, "There is no plan.json: rows and seeds are those of the records, missing runs are unknown"],
    });
  }
  const byId = new Map(records.map((record) => [record.id, record]));
  const plannedIds = new Set(plan.runs.map(({ id }) => id));
  const others = records.filter(({ id }) => !plannedIds.has(id)).map(({ id }) => id);
  const notes = others.length > 0 ? [`Left out, as runs of another plan: ${others.join(", ")}`] : [];
  return buildTable({
    rows: plan.rows.map(({ label }) => label),
    seeds: plan.seeds,
    records: plan.runs.flatMap(({ id, row, seed }) => {
      const record = byId.get(id);
      return record ? [{ ...record, row, seed }] : [];
    }),
    checkpoints: plan.runs.flatMap(({ id, row, seed }) => {
      const step = checkpoints?.get(id);
      return step === undefined ? [] : [{ row, seed, step }];
    }),
    columns: columns ?? plan.table.columns,
    baseline: plan.table.baseline,
    published: plan.published,
    ...plan.publishedUnits ? { publishedUnits: plan.publishedUnits } : {},
    publishedSource: plan.table.published,
    outcomes: outcomes?.runs,
    notes: [...problems, ...notes, ...noteHalving(plan, records), ...outcomes?.notes ?? []],
  });
}

/** Says by what rows were chosen, where halving stopped some: their own figures are then those of the best. */
function noteHalving({ stopping, runs, table }: TablePlan, records: readonly TableRecord[]): string[] {
  const planned = new Set(runs.map(({ id }) => id));
  if (stopping?.rule !== "halving" || !records.some(({ id, status }) => status === "stopped" && planned.has(id))) {
    return [];
  }
  return [
    `Rows were stopped early by halving on ${stopping.metric} at steps ${
      stopping.rungs.join(", ")
    }: those that went on ` +
    "were chosen by it, so its figures here are of the best rows" +
    (table.baseline === null ? "" : "; those that were stopped count among the comparisons"),
  ];
}
