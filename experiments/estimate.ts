/**
 * How long a run will train, judged by the runs that are done.
 *
 * @module
 */
import type { RunRecord } from "./record.ts";
import type { ResolvedRun } from "./resolved.ts";

/** What of a record tells the time. */
export type TimedRecord = Pick<RunRecord, "status" | "cost"> & {
  readonly manifest: Pick<ResolvedRun, "backend" | "backbone" | "train" | "data">;
};

/**
 * Makes the estimator of training time: the median seconds a step of the completed runs that have the same backend,
 * backbone, batch size and training data, times the steps; `null` where there is no such run.
 */
export function timeEstimator(
  records: readonly TimedRecord[],
): (run: ResolvedRun) => number | null {
  const steps = new Map<string, number[]>();
  for (const { status, cost, manifest } of records) {
    if (status !== "completed" || !cost || cost.steps === 0) continue;
    const key = keyOf(manifest);
    const times = steps.get(key) ?? [];
    times.push(cost.trainSeconds / cost.steps);
    steps.set(key, times);
  }
  const medians = new Map([...steps].map(([key, times]) => [key, median(times)]));
  return (run) => {
    const step = medians.get(keyOf(run));
    return step === undefined ? null : step * run.train.steps;
  };
}

function keyOf({ backend, backbone, train, data }: TimedRecord["manifest"]): string {
  return JSON.stringify([backend, backbone, train.batchSize, data.train]);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
}
