/**
 * The runs of a plan with their state and cost, as `plan --json` prints them.
 *
 * @module
 */
import { type TimedRecord, timeEstimator } from "../experiments/estimate.ts";
import { type RowCost, rowCost } from "../experiments/plan_cost.ts";
import { type Preview, previewOf } from "../experiments/preview.ts";
import type { RunRecord } from "../experiments/record.ts";
import type { ResolvedRun } from "../experiments/resolved.ts";
import { runFolders } from "../experiments/run_traces.ts";
import type { LoadedSweep, PlannedSweep } from "./load.ts";

/** One run; `null` where a figure cannot be known yet. */
export interface PlanLine {
  /** Its position in the plan, the `--index` of launchers. */
  readonly index: number;
  readonly id: string;
  readonly row: string;
  readonly seed: number;
  /** Whether it has a final record. */
  readonly done: boolean;
  /** Status of its record. */
  readonly status: string | null;
  /** Paths of its data that are not there; the id is provisional until they are. */
  readonly missing: readonly string[];
  /** Parameters of the backbone. */
  readonly parameters: number | null;
  /** Class-side parameters of the heads. */
  readonly headParameters: number | null;
  /** Multiply-adds of the backbone for one image, forward. */
  readonly multiplyAdds: number | null;
  /** Multiply-adds of the whole training. */
  readonly trainingMultiplyAdds: number | null;
  /** Estimate of the memory that training needs. */
  readonly memoryBytes: number | null;
  /** Bytes of the weights that it keeps when it is done; 0 where it keeps none. */
  readonly weightsBytes: number | null;
  /** Estimate of the training time, by the runs that are done. */
  readonly seconds: number | null;
}

/** What is printed of a plan. */
export interface PlanReport {
  readonly runs: readonly PlanLine[];
  /** What the runs that are still to do take together. */
  readonly preview: Preview;
}

/** What of a record the lines tell. */
type ToldRecord = TimedRecord & Pick<RunRecord, "id">;

/** The rows of a plan with the run of any seed. */
export function rowsOf(
  sweep: LoadedSweep | PlannedSweep,
): readonly { readonly label: string; readonly run: Omit<ResolvedRun, "seed"> }[] {
  return "manifest" in sweep ? sweep.manifest.rows : sweep.frozen.rows;
}

/** The label of the row that others are compared with, or `null`. */
export function baselineOf(sweep: LoadedSweep | PlannedSweep): string | null {
  return ("manifest" in sweep ? sweep.manifest : sweep.frozen).table.baseline;
}

/** What {@link reportOf} is handed. */
export interface ReportOptions<R extends ToldRecord> {
  /** The experiment's records, or what of them is told here. */
  readonly records: readonly R[];
  /** Whether a record is final in this plan. */
  readonly final: (record: R) => boolean;
  /** Processes at a time, 1 by default. */
  readonly jobs?: number | undefined;
}

/** Reports on every run of a plan, in its order. */
export async function reportOf<R extends ToldRecord>(
  sweep: LoadedSweep | PlannedSweep,
  { records, final, jobs = 1 }: ReportOptions<R>,
): Promise<PlanReport> {
  const { store, experiment, output, registries } = sweep;
  const seconds = timeEstimator(records), byId = new Map(records.map((record) => [record.id, record]));
  const costs = costsOf(sweep), folders = await runFolders(store, experiment), runs: PlanLine[] = [];
  for (const [index, { id, row, seed, missing, run }] of sweep.runs.entries()) {
    const record = byId.get(id), cost = costs.get(row), done = record !== undefined && final(record);
    const interrupted = !done && folders.has(id) && await (await store.folder(experiment, id)).hasCheckpoint();
    runs.push({
      index,
      id,
      row,
      seed,
      done,
      status: record?.status ?? (interrupted ? "interrupted" : null),
      missing,
      parameters: cost?.parameters ?? null,
      headParameters: cost?.headParameters ?? null,
      multiplyAdds: cost?.multiplyAdds ?? null,
      trainingMultiplyAdds: cost?.trainingMultiplyAdds ?? null,
      memoryBytes: cost?.memory ?? null,
      weightsBytes: output.weights ? cost?.weights ?? null : 0,
      seconds: seconds(run),
    });
  }
  const open = runs.filter(({ done }) => !done).map(({ index, row, seconds }) => ({
    run: sweep.runs[index]!.run,
    cost: costs.get(row),
    seconds,
  }));
  return { runs, preview: previewOf(open, { jobs, output, registries }) };
}

/** The cost of each row, by its label. */
function costsOf(sweep: LoadedSweep | PlannedSweep): Map<string, RowCost | undefined> {
  if ("manifest" in sweep) return new Map(sweep.plan.rows.map(({ label, cost }) => [label, cost]));
  return new Map(sweep.frozen.rows.map(({ label, run }) => [label, rowCost(run, sweep.registries)]));
}
