/**
 * A cell: the runs of one row, seen through one metric.
 *
 * @module
 */
import { mean, standardDeviation } from "../evaluation/spread.ts";
import type { RunRecord } from "../experiments/record.ts";

/** What a table needs of a record. */
export type TableRecord = Pick<RunRecord, "id" | "row" | "seed" | "status" | "error" | "metrics">;

/** One run's share in a cell. */
export interface CellRun {
  /** Run id. */
  readonly id: string;
  /** Seed of the run. */
  readonly seed: number;
  /** Measured value. */
  readonly value: number;
  /** Spread over the folds or searches of this run, where the protocol defines one. */
  readonly runStd: number | null;
  /** Which of the two that is. */
  readonly over: "folds" | "searches";
  /** How many units (pairs, probes) the value rests on. */
  readonly n: number;
  /** Id of the definition that the value follows. */
  readonly definition: string;
}

/** The planned runs of a cell, each counted once: the six counts below `planned` add up to it. */
export interface CellCounts {
  /** Planned seeds. */
  readonly planned: number;
  /** Completed, with a finite value. */
  readonly finished: number;
  /** Stopped by an error. */
  readonly failed: number;
  /** Stopped at a loss or gradient that was not finite. */
  readonly diverged: number;
  /** Stopped early by a rule of the plan. */
  readonly stopped: number;
  /** No record. */
  readonly missing: number;
  /** Completed, but without this metric or with a value that is not finite. */
  readonly absent: number;
}

/** How far a cell lies from the baseline: over the seeds that finished in both. */
export interface CellDelta {
  /** Mean of the differences, seed by seed. */
  readonly mean: number;
  /** Standard deviation of the differences (ddof 1); `null` for one seed. */
  readonly std: number | null;
  /** Number of seeds. */
  readonly n: number;
}

/** One metric of one row. */
export interface TableCell extends CellCounts {
  /** Label of the row. */
  readonly row: string;
  /** `evaluation.metric`. */
  readonly metric: string;
  /** Mean over the finished seeds; `null` where none finished. */
  readonly mean: number | null;
  /** Standard deviation over the finished seeds (ddof 1); `null` for fewer than two. */
  readonly std: number | null;
  /** Spread over folds or searches of the one finished seed, where a single seed was planned; else `null`. */
  readonly runStd: number | null;
  /** The runs that contribute, by seed. */
  readonly runs: readonly CellRun[];
  /** Why each of the other planned runs does not contribute. */
  readonly problems: readonly string[];
  /** Difference to the baseline; `null` for the baseline itself and where nothing can be compared. */
  readonly delta: CellDelta | null;
  /** The published figure; `null` where it was not reported; absent where the paper has no such row or column. */
  readonly published?: number | null;
}

/** Sums up the planned runs of a row for one metric; a record that is not there is `undefined`. */
export function makeCell(
  row: string,
  metric: string,
  planned: readonly { readonly seed: number; readonly record: TableRecord | undefined }[],
): TableCell {
  const runs: CellRun[] = [], problems: string[] = [];
  const counts = { failed: 0, diverged: 0, stopped: 0, missing: 0, absent: 0 };
  for (const { seed, record } of planned) {
    const found = record?.metrics.find(({ evaluation, name }) => `${evaluation}.${name}` === metric);
    if (!record) {
      counts.missing++;
      problems.push(`seed ${seed} has no record`);
    } else if (record.status === "stopped") {
      counts.stopped++;
      problems.push(`seed ${seed} ${record.error} (${record.id})`);
    } else if (record.status !== "completed") {
      counts[record.status]++;
      problems.push(`seed ${seed} ${record.status} (${record.id}): ${record.error ?? "no reason was recorded"}`);
    } else if (found?.value == null) {
      counts.absent++;
      problems.push(`seed ${seed} completed with no finite ${metric} (${record.id})`);
    } else {
      const { value, std, over = "folds", n, definition } = found;
      runs.push({ id: record.id, seed, value, runStd: std ?? null, over, n, definition });
    }
  }
  const values = runs.map(({ value }) => value);
  return {
    row,
    metric,
    mean: runs.length > 0 ? mean(values) : null,
    std: runs.length > 1 ? standardDeviation(values, 1) : null,
    runStd: planned.length === 1 ? runs[0]?.runStd ?? null : null,
    planned: planned.length,
    finished: runs.length,
    ...counts,
    runs,
    problems,
    delta: null,
  };
}

/** What the ± of a cell is the spread over, or `null` where it has none. */
export function spreadOf({ std, runStd, runs }: TableCell): "seeds" | "folds" | "searches" | null {
  if (std !== null) return "seeds";
  return runStd === null ? null : runs[0]!.over;
}

/** Difference of a cell to the baseline's, paired by seed; `null` where no seed finished in both. */
export function cellDelta(cell: TableCell, baseline: TableCell): CellDelta | null {
  const differences = cell.runs.flatMap(({ seed, value }) => {
    const other = baseline.runs.find((run) => run.seed === seed);
    return other ? [value - other.value] : [];
  });
  if (differences.length === 0) return null;
  return {
    mean: mean(differences),
    std: differences.length > 1 ? standardDeviation(differences, 1) : null,
    n: differences.length,
  };
}
