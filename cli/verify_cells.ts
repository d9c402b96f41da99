/**
 * Which runs `verify` does again.
 *
 * @module
 */
import type { RunRecord } from "../experiments/record.ts";
import type { Inspection } from "../experiments/verify/inspect.ts";
import { figureName } from "../reports/mod.ts";
import { UsageError } from "./exit.ts";

/** A run that is done again. */
export interface Cell {
  /** Its row in the table. */
  readonly row: string;
  readonly record: RunRecord;
  /** The figures that are asked for; all where it is left out. */
  readonly columns?: ReadonlySet<string>;
}

/** What {@link chooseCells} is told. */
export interface CellOptions {
  /** `ROW`, `ROW/COLUMN` or `ROW/*`. */
  readonly cells?: readonly string[];
  readonly seeds?: readonly number[];
  readonly all?: boolean;
}

/** The row of every completed record that belongs to the plan, or of all without one. */
export function completedRuns({ plan, records }: Pick<Inspection, "plan" | "records">): Cell[] {
  const completed = records.filter(({ status }) => status === "completed");
  if (!plan) return completed.map((record) => ({ row: record.row, record }));
  const byId = new Map(completed.map((record) => [record.id, record]));
  return plan.runs.flatMap(({ id, row }) => byId.has(id) ? [{ row, record: byId.get(id)! }] : []);
}

/**
 * The runs that the flags name, without any the cheapest that trains.
 *
 * @throws {UsageError} if a flag names a row, column or seed that no completed run has.
 */
export function chooseCells(runs: readonly Cell[], { cells = [], seeds, all = false }: CellOptions): Cell[] {
  for (const seed of seeds ?? []) {
    if (runs.some(({ record }) => record.seed === seed)) continue;
    throw new UsageError(
      `Cannot verify seed ${seed}: completed runs have the seeds ${list(runs, ({ record }) => record.seed)}`,
    );
  }
  const seeded = runs.filter(({ record }) => !seeds || seeds.includes(record.seed));
  if (cells.length === 0) return all || seeds ? seeded : cheapest(runs);
  const chosen = new Map<string, Cell>();
  for (const cell of cells) {
    const found = seeded.flatMap((run) => {
      const column = columnOf(cell, run);
      return column === undefined ? [] : [{ run, column }];
    });
    if (found.length === 0) {
      throw new UsageError(
        `Cannot find cell "${cell}": wanted ROW or ROW/COLUMN; rows are ${
          list(runs, ({ row }) => `"${row}"`)
        }, columns ${list(runs.flatMap(({ record }) => record.metrics), figureName)}`,
      );
    }
    for (const { run, column } of found) {
      const key = `${run.row}/${run.record.id}`, before = chosen.get(key);
      const { columns: _, ...whole } = before ?? run;
      const both = new Set([...before?.columns ?? [], column]);
      chosen.set(key, column === "*" || (before && !before.columns) ? whole : { ...whole, columns: both });
    }
  }
  return [...chosen.values()];
}

/** @throws {UsageError} if a tolerance is for a figure that no completed run has. */
export function checkTolerance(runs: readonly Cell[], tolerance: Readonly<Record<string, number>>): void {
  const metrics = runs.flatMap(({ record }) => record.metrics), known = new Set(metrics.map(figureName));
  for (const figure of Object.keys(tolerance)) {
    if (known.has(figure)) continue;
    throw new UsageError(`Cannot let "${figure}" differ: wanted a figure of the runs: ${list(metrics, figureName)}`);
  }
}

/** The column that a cell asks of a run, `*` for all of them; `undefined` where it is of another row. */
function columnOf(cell: string, { row, record }: Cell): string | undefined {
  if (cell === row || cell === `${row}/*` || cell === `${row}/…`) return "*";
  return record.metrics.map(figureName).find((column) => cell === `${row}/${column}`);
}

function cheapest(runs: readonly Cell[]): Cell[] {
  const cost = ({ record: { cost } }: Cell) => cost?.seconds ?? Infinity;
  const trained = runs.filter(({ record: { cost } }) => (cost?.steps ?? 0) > 0);
  const [first] = (trained.length > 0 ? trained : runs).toSorted((a, b) => cost(a) - cost(b));
  return first ? [first] : [];
}

function list<T>(items: readonly T[], of: (item: T) => string | number): string {
  return [...new Set(items.map(of))].join(", ") || "none";
}
