/**
 * The folder in which `verify` does runs again, and what of an earlier `verify` in it may be gone on with.
 *
 * @module
 */
import { readEnvironment } from "../experiments/environment.ts";
import { loadBlas } from "../experiments/openblas.ts";
import type { RecordedBackend } from "../experiments/record.ts";
import { checkExperimentName, openStore, type Store } from "../experiments/store.ts";
import { readTextIfThere, writeAtomically } from "../experiments/store/atomic.ts";
import { claimInTurn } from "../experiments/store/patience.ts";
import { within } from "../experiments/store/paths.ts";
import type { LoadedPlugin } from "../registry/mod.ts";
import { UsageError } from "./exit.ts";

/** Marks a folder as `verify`'s own. */
export const MARKER = ".verify.json";

/** The place where runs are done again. */
export interface Scratch {
  readonly store: Store;
  /** Name of the experiment. */
  readonly experiment: string;
}

/**
 * Opens the scratch folder of an experiment.
 *
 * @throws {UsageError} if results that are no `verify`'s own are there.
 */
export async function openScratch(out: string, experiment: string): Promise<Scratch> {
  const folder = await within(out, checkExperimentName(experiment)), marker = `${folder}/${MARKER}`;
  const there = await Deno.stat(folder).then(() => true, () => false);
  if (there && await readTextIfThere(marker) === undefined) {
    throw new UsageError(`Cannot verify into ${folder}: it holds other results; name another folder with --out`);
  }
  if (!there) {
    await Deno.mkdir(folder, { recursive: true });
    await writeAtomically(marker, "{}\n");
  }
  return { store: openStore(out), experiment };
}

/** What a run is done again with; a checkpoint that anything else made is not gone on with. */
export interface Means {
  /** Users' plugins that are loaded. */
  readonly plugins: readonly LoadedPlugin[];
  /** What the published record was computed with. */
  readonly backend: RecordedBackend;
  /** Threads of the library of matrix products; `undefined` where the run takes none. */
  readonly threads: number | undefined;
}

/**
 * Makes a run's folder ready to train it: whatever is in it goes, but for the checkpoint of a rerun that was interrupted
 * and had the same sources, plugins, backend, kernels and processor. A record is never taken over.
 *
 * @param note Called with what is waited for: another machine that did the run again and may be dead.
 * @returns The checkpoint's folder, where there is one to go on from.
 * @throws {RunBusyError} if another process does the run again now.
 */
export async function prepareRun(
  { store, experiment }: Scratch,
  id: string,
  means: Means,
  note: (text: string) => void,
): Promise<string | null> {
  const folder = await store.folder(experiment, id), marker = `${folder.path}/${MARKER}`, now = await nameMeans(means);
  await claimInTurn([folder], { note }).next();
  try {
    const before = await readTextIfThere(marker), ended = await readTextIfThere(`${folder.path}/record.json`);
    if (before === now && ended === undefined) return await folder.hasCheckpoint() ? folder.path : null;
    await folder.clear();
    await writeAtomically(marker, now);
    return null;
  } finally {
    await folder.release();
  }
}

async function nameMeans({ plugins, backend: { name, adapter, flags }, threads }: Means): Promise<string> {
  const { deno, code, cpu } = await readEnvironment();
  const library = threads === undefined ? undefined : await loadBlas(threads > 0 ? { threads } : {});
  library?.close();
  const used = plugins.map(({ kind, name, sha256 }) => ({ kind, name, sha256 }));
  return JSON.stringify({
    code,
    deno,
    cpu,
    plugins: used,
    backend: name,
    adapter,
    tile: flags.tile ?? null,
    blas: library?.name ?? null,
  });
}
