/**
 * Does runs again for `verify`, in a results folder of its own.
 *
 * @module
 */
import { codeDigest } from "../experiments/code_digest.ts";
import type { Files } from "../datasets/files.ts";
import { MissingDataError } from "../datasets/files.ts";
import { findDrift } from "../experiments/drift.ts";
import type { RunRecord } from "../experiments/record.ts";
import type { OutputSettings, PlannedRun } from "../experiments/resolved.ts";
import { checkExperimentName, openStore, type Store } from "../experiments/store.ts";
import { readTextIfThere, writeAtomically } from "../experiments/store/atomic.ts";
import { within } from "../experiments/store/paths.ts";
import type { Context } from "./context.ts";
import { DriftedDataError, UsageError } from "./exit.ts";
import { type TrainingOptions, trainRuns } from "./training.ts";
import type { AllowedPlugins } from "./verify_plugins.ts";

const MARKER = ".verify.json";

/** The place where runs are done again. */
export interface Scratch {
  readonly store: Store;
  /** Name of the experiment. */
  readonly experiment: string;
}

/**
 * Opens the scratch folder of an experiment; runs in it that other sources, or another Deno, made are done anew.
 *
 * @throws {UsageError} if results that are no `verify`'s own are there.
 */
export async function openScratch(out: string, experiment: string): Promise<Scratch> {
  const folder = await within(out, checkExperimentName(experiment));
  const now = JSON.stringify({ code: await codeDigest(), deno: Deno.version.deno }), marker = `${folder}/${MARKER}`;
  const before = await readTextIfThere(marker);
  const there = await Deno.stat(folder).then(() => true, () => false);
  if (there && before === undefined) {
    throw new UsageError(`Cannot verify into ${folder}: it holds other results; name another folder with --out`);
  }
  if (before !== now) {
    if (there) await Deno.remove(folder, { recursive: true });
    await Deno.mkdir(folder, { recursive: true });
    await writeAtomically(marker, now);
  }
  return { store: openStore(out), experiment };
}

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
  | { readonly record: RunRecord }
  /** It could not be begun here. */
  | { readonly unable: string }
  /** A signal came, or another process does it. */
  | { readonly code: number };

/** Does a run again, on the backend that its record names and with its kernels; goes on from a checkpoint. */
export async function rerun(
  record: RunRecord,
  { store, experiment }: Scratch,
  { registries, plugins, files, output, flags }: RerunOptions,
  context: Context,
): Promise<Rerun> {
  const { id, row, seed, manifest, identity, backend } = record;
  const run = { ...manifest, backend: backend!.name };
  const planned: PlannedRun = { id, row, seed, run, identity, missing: [] };
  const threads = Number(/(\d+) threads/.exec(backend!.blas ?? "")?.[1] ?? 0);
  const sweep = {
    ...{ experiment, registries, plugins, files, store, runs: [planned], frozen: undefined, missing: [] },
    // A published run was not stopped, or is not done again.
    stopping: undefined,
    output: { ...output, weights: false },
  };
  const options: TrainingOptions = {
    ...flags,
    set: [],
    blas: backend!.blas === null ? "none" : "auto",
    ...threads > 0 ? { threads: Math.min(threads, navigator.hardwareConcurrency) } : {},
  };
  const done = await store.find(experiment, id);
  if (done?.status !== "completed" && done?.status !== "diverged") {
    let code: number;
    try {
      code = await trainRuns([planned], sweep, options, context);
    } catch (error) {
      // What a machine cannot do, such as a backend that it has not; what is missing is the caller's to mend.
      if (error instanceof RangeError) return { unable: error.message };
      throw error;
    }
    if (code === 75) return { code };
  }
  const now = await store.find(experiment, id);
  return now ? { record: now } : { unable: "the run left no record" };
}
