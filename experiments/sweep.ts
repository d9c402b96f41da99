/**
 * Trains the runs of a plan that have no final record yet.
 *
 * @module
 */
import type { SweepEvent } from "./jobs.ts";
import type { RunRecord } from "./record.ts";
import type { PlannedRun } from "./resolved.ts";
import { executeRun, type RunEvent, type RunOptions } from "./run.ts";
import { shareReaders } from "./shared_readers.ts";
import { RunBusyError, type Store } from "./store.ts";

/** What every run of a sweep shares. */
export type SweepOptions = Omit<RunOptions, "planned" | "store"> & { readonly store: Store };

/**
 * Whether a record is final. A completed run is, and so is a diverged one, which would diverge again; a failed one is
 * tried again.
 */
export function isFinal(record: RunRecord | undefined): boolean {
  return record?.status === "completed" || record?.status === "diverged";
}

/** The runs of a plan that are still to be trained. */
export async function missingRuns(
  plan: readonly PlannedRun[],
  store: Store,
  experiment: string,
): Promise<PlannedRun[]> {
  const missing: PlannedRun[] = [];
  for (const planned of plan) if (!isFinal(await store.find(experiment, planned.id))) missing.push(planned);
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
    if (record && isFinal(record)) return yield { type: "end", record };
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
  const { registries, nextRun } = shareReaders(options.registries);
  for (const planned of runs) {
    if (options.stop?.aborted) return;
    nextRun();
    try {
      for await (const event of runHere(planned, { ...options, registries })) yield { planned, event };
    } catch (error) {
      if (!(error instanceof RunBusyError)) throw error;
      busy(error);
    }
  }
}
