/**
 * A manifest's sweep for programs and notebooks: what the command `ablate` does, in this process.
 *
 * @module
 */
import { codeDigest } from "./code_digest.ts";
import { diskFiles } from "./disk.ts";
import { readEnvironment } from "./environment.ts";
import { freezePlan } from "./freeze.ts";
import type { SweepEvent } from "./jobs.ts";
import type { Manifest } from "./manifest.ts";
import { planRuns } from "./plan.ts";
import { leavesOut } from "./own_plan.ts";
import type { PlannedRun } from "./resolved.ts";
import { openStore } from "./store.ts";
import { inRounds } from "./stopping/rounds.ts";
import { ruleOf, stoppingOf } from "./stopping/rule.ts";
import { missingRuns, sweepHere } from "./sweep.ts";
import { seal } from "./verify/seal.ts";
import { VERSION } from "./version.ts";

/** What {@link trainManifest} is handed. */
export interface TrainManifestOptions {
  /** The results folder. */
  readonly results: string;
  /** The data folder; by default `data`. */
  readonly data?: string;
  /** Aborted to stop after the current step, with a checkpoint. */
  readonly stop?: AbortSignal;
}

/**
 * Trains what is missing of a manifest's plan and tells what happens; the plan, records and digests are left in the
 * results folder, as `ablate` leaves them. Matrix products are those of our own kernels, whose bits are the same
 * everywhere. Published figures that the manifest names are not looked up. A plan that leaves out runs that are done is
 * stored beside the experiment's own, which `table` shows.
 *
 * @throws {RangeError} if data is not there, or the backend that the manifest names is not available.
 * @throws {RunBusyError} if another process trains one of the runs.
 */
export async function* trainManifest(
  manifest: Manifest,
  { results, data = "data", stop }: TrainManifestOptions,
): AsyncGenerator<SweepEvent> {
  const { name: experiment, registries, plugins, output } = manifest;
  const files = diskFiles(data), store = openStore(results), planned = await planRuns(manifest, { files });
  const plan = freezePlan(planned, { code: { marginlab: VERSION, sha256: await codeDigest() }, published: null });
  if (await leavesOut(plan, store)) await store.writeVariant(plan);
  else await store.writePlan(plan);
  const stopping = stoppingOf(plan, store, { pauses: false });
  const runs = await missingRuns(planned.runs, store, { experiment, rule: ruleOf(plan) });
  const shared = { experiment, registries, plugins, files, output, store, environment: await readEnvironment() };
  const means = { ...stopping ? { stopping } : {}, ...stop ? { stop } : {} };
  const train = (some: readonly PlannedRun[]) =>
    sweepHere(some, { ...shared, ...means }, (error) => {
      if (!error.unsure) throw error;
    });
  yield* inRounds(runs, { stopping, store, experiment, train, ...stop ? { stop } : {} });
  const found = await store.summaries(experiment);
  if (found.records.length > 0) await seal(`${store.root}/${experiment}`, found);
}
