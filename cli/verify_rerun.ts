/**
 * Does runs again for `verify`, in a results folder of its own.
 *
 * @module
 */
import type { Files } from "../datasets/files.ts";
import { MissingDataError } from "../datasets/files.ts";
import { findDrift } from "../experiments/drift.ts";
import type { RunRecord } from "../experiments/record.ts";
import type { OutputSettings, PlannedRun } from "../experiments/resolved.ts";
import { describeBackend } from "../experiments/resume.ts";
import type { Context } from "./context.ts";
import { DriftedDataError, EXIT } from "./exit.ts";
import { type TrainingOptions, trainRuns } from "./training.ts";
import type { AllowedPlugins } from "./planned_plugins.ts";
import { prepareRun, type Scratch } from "./verify_scratch.ts";

/**
 * Checks that the data of a record is there and is the same.
 *
 * @throws {MissingDataError} naming what is not there.
 * @throws {DriftedDataError} naming what is not the same.
 */
export async function checkData(records: readonly RunRecord[], files: Files): Promise<void> {
  const missing = new Set<string>(), changed = new Set<string>();
  for (const { identity } of records) {
    const plan = { code: { marginlab: "", sha256: null }, plugins: [] };
    const drift = await findDrift(plan, { identity }, { files, code: null, plugins: [] });
    for (const [path, { found }] of Object.entries(drift?.data ?? {})) {
      (found === null ? missing : changed).add(files.locate(path));
    }
  }
  const lines = (paths: Set<string>) => [...paths].map((path) => `\n  ${path}`).join("");
  if (missing.size > 0) {
    throw new MissingDataError(`Cannot verify: this data is not there; put it there, or name --data:${lines(missing)}`);
  }
  if (changed.size > 0) {
    throw new DriftedDataError(`Cannot verify: this data is not that of the runs, by its SHA-256:${lines(changed)}`);
  }
}

/** What {@link rerun} is handed. */
export interface RerunOptions extends AllowedPlugins {
  readonly files: Files;
  readonly output: OutputSettings;
  readonly flags: Pick<TrainingOptions, "quiet" | "workers" | "cache" | "data" | "out">;
}

/** What became of a run that was to be done again. */
export type Rerun =
  /** `resumed` is the folder of the checkpoint that it went on from. */
  | { readonly record: RunRecord; readonly resumed: string | null }
  /** It could not be begun here. */
  | { readonly unable: string }
  /** A signal came, or another process does it. */
  | { readonly code: number };

/** Does a run again, on the backend that its record names and with its kernels; goes on from a checkpoint of its own. */
export async function rerun(
  record: RunRecord,
  scratch: Scratch,
  { registries, plugins, files, output, flags }: RerunOptions,
  context: Context,
): Promise<Rerun> {
  const { id, row, seed, manifest, identity } = record, { store, experiment } = scratch, backend = record.backend!;
  const run = { ...manifest, backend: backend.name };
  const { log: _log, evaluateEvery: _every, evaluateOnly: _only, ...untold } = output;
  const planned: PlannedRun = { id, row, seed, run, identity, missing: [] };
  const wanted = Number(/(\d+) threads/.exec(backend.blas ?? "")?.[1] ?? 0);
  const threads = Math.min(wanted, navigator.hardwareConcurrency);
  const sweep = {
    ...{ experiment, registries, plugins, files, store, runs: [planned], frozen: undefined, missing: [] },
    // A published run was not stopped, or is not done again.
    stopping: undefined,
    // Nothing is told of a run that is done again, and nothing measured on its way.
    output: { ...untold, weights: false },
    // A trial could find another tile, and so other bits.
    made: describeBackend(backend),
  };
  const options: TrainingOptions = {
    ...flags,
    set: [],
    blas: backend.blas === null ? "none" : "auto",
    ...threads > 0 ? { threads } : {},
  };
  const means = { plugins, backend, threads: backend.blas === null ? undefined : threads };
  const resumed = await prepareRun(scratch, id, means, (text) => context.io.err(`${text}\n`));
  let code: number;
  try {
    code = await trainRuns([planned], sweep, options, context);
  } catch (error) {
    // What a machine cannot do, such as a backend that it has not; what is missing is the caller's to mend.
    if (error instanceof RangeError) return { unable: error.message };
    throw error;
  }
  if (code === EXIT.interrupted) return { code };
  const now = await store.find(experiment, id);
  return now ? { record: now, resumed } : { unable: "the run left no record" };
}
