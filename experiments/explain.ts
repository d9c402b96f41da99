/**
 * Why each run of a plan will be trained, or will not.
 *
 * @module
 */
import { type NearestRecord, nearestRecord } from "./nearest.ts";
import type { RunRecord } from "./record.ts";
import type { PlannedRun } from "./resolved.ts";
import { readTrace, runFolders, type RunTrace } from "./run_traces.ts";
import type { Store } from "./store.ts";

/** Why a run is in its state. */
export type Explanation =
  /** It has a final record, and is skipped. */
  | {
    readonly state: "skipped";
    readonly status: RunRecord["status"];
    /** At which rung the plan's rule stopped it, and why. */
    readonly reason?: string;
    readonly finishedAt: string;
  }
  /** Its record cannot be read; nothing is trained before that is put right. */
  | { readonly state: "damaged"; readonly problem: string }
  /** Another process trains it now. */
  | { readonly state: "busy"; readonly holder: string }
  /** It goes on from its checkpoint; `step` is `null` where that cannot be read, and the one before it is tried. */
  | { readonly state: "interrupted"; readonly step: number | null }
  /** A rule that is not this plan's stopped it; it goes on from its checkpoint. */
  | { readonly state: "stopped"; readonly reason: string | null; readonly step?: number | null }
  /** It failed, and is tried again. */
  | { readonly state: "failed"; readonly error: string | null; readonly step?: number | null }
  /** It has no record; `nearest` is the one that comes nearest, if the experiment has any. */
  | { readonly state: "new"; readonly nearest?: NearestRecord };

/** What {@link explainRuns} is handed. */
export interface ExplainOptions {
  readonly store: Store;
  readonly experiment: string;
  /** Every readable record of the experiment. */
  readonly records: readonly RunRecord[];
  /** Messages for the others. */
  readonly problems: readonly string[];
  /** Whether a record is final in this plan. */
  readonly final: (record: RunRecord) => boolean;
}

/** Explains every run, in the order of the plan. */
export async function explainRuns(
  runs: readonly PlannedRun[],
  { store, experiment, records, problems, final }: ExplainOptions,
): Promise<Explanation[]> {
  const byId = new Map(records.map((record) => [record.id, record]));
  const folders = await runFolders(store, experiment), nearest = nearestRecord(records, runs);
  const explain = async (run: PlannedRun): Promise<Explanation> => {
    const record = byId.get(run.id);
    if (record && final(record)) return skipped(record);
    const problem = problems.find((text) => text.includes(run.id));
    if (problem !== undefined) return { state: "damaged", problem };
    const { step, holder }: RunTrace = folders.has(run.id) ? await readTrace(store, experiment, run.id) : {};
    if (holder !== undefined) return { state: "busy", holder };
    if (record?.status === "stopped") {
      return { state: "stopped", reason: record.error, ...step === undefined ? {} : { step } };
    }
    if (record) return { state: "failed", error: record.error, ...step === undefined ? {} : { step } };
    if (step !== undefined) return { state: "interrupted", step };
    const found = nearest(run);
    return { state: "new", ...found ? { nearest: found } : {} };
  };
  const all: Explanation[] = [];
  for (const run of runs) all.push(await explain(run));
  return all;
}

function skipped({ status, error, finishedAt }: RunRecord): Explanation {
  return { state: "skipped", status, ...status === "stopped" && error !== null ? { reason: error } : {}, finishedAt };
}
