/**
 * Trains the runs of a plan that have no final record yet.
 *
 * @module
 */
import type { Products } from "../tensor/kernels/wasm/products.ts";
import { readCheckpointHeader } from "./checkpoint_header.ts";
import type { SweepEvent } from "./jobs.ts";
import { ReadLog, watchReads } from "./reads.ts";
import type { RunRecord } from "./record.ts";
import type { PlannedRun } from "./resolved.ts";
import { RunLog } from "./run_log.ts";
import { executeRun, type RunEvent, type RunOptions } from "./run.ts";
import { shareReaders } from "./shared_readers.ts";
import { RunBusyError, type Store } from "./store.ts";
import { SILENCE } from "./store/lease_files.ts";
import { pauseBetweenLooks } from "./store/patience.ts";

/** What every run of a sweep shares. */
export type SweepOptions = Omit<RunOptions, "planned" | "store" | "products"> & {
  readonly store: Store;
  /** The library of matrix products for a run; `made` tells the backend of the checkpoint that it goes on from. */
  readonly library?: (made: string | undefined) => Promise<Products | undefined>;
  /** Milliseconds of silence after which a run's holder on another machine is taken to be dead; see `RunFolder.claim`. */
  readonly silence?: number;
};

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

/** Whether a run completed, or was stopped early by the rule of its plan. */
export function endedWell(record: Pick<RunRecord, "status" | "stopped">, rule: string | undefined): boolean {
  return record.status !== "diverged" && isFinal(record, rule);
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
  await folder.claim(options.silence);
  try {
    const record = await folder.readRecord();
    if (record && isFinal(record, options.stopping?.rule)) return yield { type: "end", record };
    if (record?.status === "failed") await folder.setRecordAside();
    await folder.removeLog();
    const header = await readCheckpointHeader(folder.path) ?? await readCheckpointHeader(folder.path, "previous");
    const products = await options.library?.(header?.backend);
    const own = { planned, store: folder, ...products ? { products } : {}, ...header ? { made: header.backend } : {} };
    const run = { tiles: options.store.tiles, ...options, ...own }, log = new RunLog(run);
    try {
      for await (const event of executeRun(run)) {
        // What a sink has to tell comes before the event that may be the last one.
        yield* await log.hear(event);
        yield event;
      }
    } finally {
      await log.close();
    }
  } finally {
    await folder.release();
  }
}

/**
 * Trains runs one after the other in this process; data sets that they share are opened once. Runs whose holder on another
 * machine may be dead come last, and are waited for until that shows.
 *
 * @param busy Called for a run that another process trains, which is left out, and once for one that is waited for.
 */
export async function* sweepHere(
  runs: readonly PlannedRun[],
  options: SweepOptions,
  busy: (error: RunBusyError) => void,
): AsyncGenerator<SweepEvent> {
  // Sets stay open from run to run, and so do the reads of their parameters.
  const reads = new ReadLog(), { stop, silence = SILENCE } = options;
  const { registries, nextRun } = shareReaders(watchReads(options.registries, reads, ["reader"]));
  const told = new Set<PlannedRun>();
  for (let todo = runs; todo.length > 0;) {
    const unsure: PlannedRun[] = [];
    for (const planned of todo) {
      if (stop?.aborted) return;
      nextRun();
      try {
        for await (const event of runHere(planned, { ...options, registries, reads })) yield { planned, event };
      } catch (error) {
        if (!(error instanceof RunBusyError)) throw error;
        if (error.unsure) unsure.push(planned);
        if (!error.unsure || !told.has(planned)) busy(error);
        told.add(planned);
      }
    }
    todo = unsure;
    if (todo.length > 0) await pauseBetweenLooks(silence, stop);
  }
}
