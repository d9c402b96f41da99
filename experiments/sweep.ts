/**
 * Trains the runs of a plan that have no final record yet.
 *
 * @module
 */
import type { SweepEvent } from "./jobs.ts";
import { ReadLog, watchReads } from "./reads.ts";
import type { RunRecord } from "./record.ts";
import type { PlannedRun } from "./resolved.ts";
import { executeRun, type RunEvent, type RunOptions } from "./run.ts";
import { shareReaders } from "./shared_readers.ts";
import { RunBusyError, type Store } from "./store.ts";

/** What every run of a sweep shares. */
export type SweepOptions = Omit<RunOptions, "planned" | "store"> & { readonly store: Store };

/**
 * Whether a record is final. A completed run is, and so is a diverged one, which would diverge again; a failed one is
 * tried again, and one that was stopped early is final where the rule that stopped it holds.
 *
 * @param rule `ruleOf` the plan; `undefined` for a plan without a rule.
 */
export function isFinal(record: Pick<RunRecord, "status" | "stopped"> | undefined, rule: string | undefined): boolean {
  if (record?.status === "stopped") return rule !== undefined && record.stopped?.rule === rule;
  return record?.status === "completed" || record?.status === "diverged";
}

/**
 * The runs of a plan that are still to be trained.
 *
 * @throws {SyntaxError | TypeError} if the record of one is damaged.
 */
export async function missingRuns(
  plan: readonly PlannedRun[],
  store: Store,
  { experiment, rule }: { readonly experiment: string; readonly rule: string | undefined },
): Promise<PlannedRun[]> {
  const { records } = await store.summaries(experiment), missing: PlannedRun[] = [];
  const byId = new Map(records.map((record) => [record.id, record]));
  for (const planned of plan) {
    const record = byId.get(planned.id) ?? await store.find(experiment, planned.id);
    if (!isFinal(record, rule)) missing.push(planned);
  }
  return missing;
}

/**
 * Trains one run in this process, which holds it for as long; gives the record of a run that is final already.
 *
 * @throws {RunBusyError} if another process trains it.
 */
export async function* runHere(planned: PlannedRun, options: SweepOptions): AsyncGenerator<RunEvent> {
  const folder = await options.store.folder(options.experiment, planned.id);
  await folder.claim();
  try {
    const record = await folder.readRecord();
    if (record && isFinal(record, options.stopping?.rule)) return yield { type: "end", record };
    await folder.removeLog();
    yield* executeRun({ tiles: options.store.tiles, ...options, planned, store: folder });
  } finally {
    await folder.release();
  }
}

/**
 * Trains runs one after the other in this process; data sets that they share are opened once.
 *
 * @param busy Called for a run that another process trains; it is left out.
 */
export async function* sweepHere(
  runs: readonly PlannedRun[],
  options: SweepOptions,
  busy: (error: RunBusyError) => void,
): AsyncGenerator<SweepEvent> {
  // Sets stay open from run to run, and so do the reads of their parameters.
  const reads = new ReadLog();
  const { registries, nextRun } = shareReaders(watchReads(options.registries, reads, ["reader"]));
  for (const planned of runs) {
    if (options.stop?.aborted) return;
    nextRun();
    try {
      for await (const event of runHere(planned, { ...options, registries, reads })) yield { planned, event };
    } catch (error) {
      if (!(error instanceof RunBusyError)) throw error;
      busy(error);
    }
  }
}
