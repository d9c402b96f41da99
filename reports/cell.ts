/**
 * A cell: the runs of one row, seen through one metric.
 *
 * @module
 */
import type { RunRecord } from "../experiments/record.ts";
import type { PairComparison } from "./pair_comparison.ts";
import { meanInterval } from "./statistics/intervals.ts";
import { type PairedDifference, pairedDifference } from "./statistics/paired.ts";
import type { Verdict } from "./verdict.ts";

/** What a table needs of a record; what is optional is for its notes. */
export type TableRecord =
  & Pick<RunRecord, "id" | "row" | "seed" | "status" | "error" | "metrics">
  & Partial<Pick<RunRecord, "backend" | "drift" | "stopped">>
  & {
    readonly environment?: Pick<RunRecord["environment"], "code" | "git">;
    readonly diagnostics?: Pick<RunRecord["diagnostics"], "weightsSha256">;
  };

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

/** How far a cell lies from the baseline, over the seeds that finished in both, with its 95 % t-interval and tests. */
export type CellDelta = PairedDifference;

/** An interval around a cell's mean. */
export interface CellInterval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Half its width. */
  readonly halfWidth: number;
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
  /** The 95 % t-interval of the mean over seeds; `null` for fewer than two. */
  readonly interval: CellInterval | null;
  /** Spread over folds or searches of the one finished seed, where a single seed was planned; else `null`. */
  readonly runStd: number | null;
  /** Steps at which runs were stopped early; none of them is averaged. */
  readonly stoppedAt: readonly number[];
  /** The runs that contribute, by seed. */
  readonly runs: readonly CellRun[];
  /** The other planned runs, by seed. */
  readonly absences: readonly CellAbsence[];
  /** Why each of these does not contribute. */
  readonly problems: readonly string[];
  /** Difference to the baseline; `null` for the baseline itself and where nothing can be compared. */
  readonly delta: CellDelta | null;
  /** Difference to the baseline on the pairs of the test set; `null` where runs did not store what each pair got. */
  readonly pairs: PairComparison | null;
  /** What the difference to the baseline can be called; `null` where there is none. */
  readonly verdict: Verdict | null;
  /** Whether it stands out: the best of its column, every other row being worse by the tests. */
  readonly best: boolean;
  /** Half the width of the published share's binomial interval (95 %), where its test set's size is known. */
  readonly publishedHalfWidth?: number;
  /** The published figure; `null` where it was not reported; absent where the paper has no such row or column. */
  readonly published?: number | null;
}

/** A planned run that does not contribute. */
export interface CellAbsence {
  /** Its seed. */
  readonly seed: number;
  /** Its id; `null` where it has no record. */
  readonly id: string | null;
  /** Which of the counts it is in. */
  readonly status: "failed" | "diverged" | "stopped" | "missing" | "absent";
}

/** A planned run of a row. */
export interface PlannedCellRun {
  /** Its seed. */
  readonly seed: number;
  /** Its record; `undefined` where it has none. */
  readonly record: TableRecord | undefined;
  /** Step of its checkpoint, where it has one and no record. */
  readonly checkpoint?: number | undefined;
}

/** Seeds in words: `seed 3`, `seeds 0, 1 and 7`, three or more in a row as `seeds 2 to 9`. */
function seedsOf(seeds: readonly number[]): string {
  const sorted = seeds.toSorted((a, b) => a - b), parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let end = i;
    while (sorted[end + 1] === sorted[end]! + 1) end++;
    if (end - i >= 2) parts.push(`${sorted[i]} to ${sorted[end]}`);
    else parts.push(...sorted.slice(i, end + 1).map(String));
    i = end + 1;
  }
  const last = parts.pop()!, list = parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
  return `${seeds.length === 1 ? "seed" : "seeds"} ${list}`;
}

/** Sums up the planned runs of a row for one metric. */
export function makeCell(
  row: string,
  metric: string,
  planned: readonly PlannedCellRun[],
): TableCell {
  const runs: CellRun[] = [], absences: CellAbsence[] = [], problems: string[] = [], stoppedAt: number[] = [];
  const untouched: number[] = [];
  for (const { seed, record, checkpoint } of planned) {
    const found = record?.metrics.find(({ evaluation, name }) => `${evaluation}.${name}` === metric);
    if (!record) {
      absences.push({ seed, id: null, status: "missing" });
      if (checkpoint === undefined) untouched.push(seed);
      else problems.push(`seed ${seed} has a checkpoint of step ${checkpoint} and no record`);
    } else if (record.status === "stopped") {
      absences.push({ seed, id: record.id, status: "stopped" });
      if (record.stopped) stoppedAt.push(record.stopped.step);
      problems.push(`seed ${seed} ${record.error} (${record.id})`);
    } else if (record.status !== "completed") {
      absences.push({ seed, id: record.id, status: record.status });
      problems.push(`seed ${seed} ${record.status} (${record.id}): ${record.error ?? "no reason was recorded"}`);
    } else if (found?.value == null) {
      absences.push({ seed, id: record.id, status: "absent" });
      problems.push(`seed ${seed} completed with no finite ${metric} (${record.id})`);
    } else {
      const { value, std, over = "folds", n, definition } = found;
      runs.push({ id: record.id, seed, value, runStd: std ?? null, over, n, definition });
    }
  }
  if (untouched.length > 0) problems.push(`${seedsOf(untouched)} ${untouched.length === 1 ? "has" : "have"} no record`);
  const count = (which: CellAbsence["status"]) => absences.filter(({ status }) => status === which).length;
  const all = runs.length > 0 ? meanInterval(runs.map(({ value }) => value)) : null;
  const { low = null, high = null, halfWidth = null } = all ?? {};
  return {
    row,
    metric,
    mean: all?.mean ?? null,
    std: all?.std ?? null,
    interval: low === null || high === null || halfWidth === null ? null : { low, high, halfWidth },
    runStd: planned.length === 1 ? runs[0]?.runStd ?? null : null,
    planned: planned.length,
    finished: runs.length,
    failed: count("failed"),
    diverged: count("diverged"),
    stopped: count("stopped"),
    missing: count("missing"),
    absent: count("absent"),
    stoppedAt,
    runs,
    absences,
    problems,
    delta: null,
    pairs: null,
    verdict: null,
    best: false,
  };
}

/** What the ± of a cell is the spread over, or `null` where it has none. */
export function spreadOf({ std, runStd, runs }: TableCell): "seeds" | "folds" | "searches" | null {
  if (std !== null) return "seeds";
  return runStd === null ? null : runs[0]!.over;
}

/** Signs that are tried for a cell of more than 20 seeds; its verdict needs the least p-value alone, which is exact. */
const SIGN_FLIPS = 1999;

/** Difference of a cell to the baseline's, paired by seed; `null` where no seed finished in both. */
export function cellDelta(cell: TableCell, baseline: TableCell): CellDelta | null {
  return pairedDifference(cell.runs, baseline.runs, { resamples: SIGN_FLIPS });
}
