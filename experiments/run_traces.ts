/**
 * What runs without a final record have left in the results folder: a checkpoint, or a process that is at work.
 *
 * @module
 */
import { readCheckpointHeader } from "./checkpoint_header.ts";
import type { Store } from "./store.ts";
import { holderOf } from "./store/holder.ts";
import { within } from "./store/paths.ts";

/** The folder of a run that is not done. */
export interface RunTrace {
  /** Optimizer updates in the newest checkpoint; `null` where it is damaged, `undefined` where there is none. */
  readonly step?: number | null;
  /** Who trains it now, as its lock says. */
  readonly holder?: string;
}

/** Ids of the runs of an experiment that have a folder. */
export async function runFolders({ root }: Pick<Store, "root">, experiment: string): Promise<Set<string>> {
  const ids = new Set<string>();
  try {
    for await (const { name, isDirectory } of Deno.readDir(await within(root, experiment))) {
      if (isDirectory) ids.add(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return ids;
}

/** Looks into the folder of a run; nothing of it is changed. */
export async function readTrace(store: Store, experiment: string, id: string): Promise<RunTrace> {
  const { path } = await store.folder(experiment, id);
  const header = await readCheckpointHeader(path), step = header && header.step;
  const holder = await holderOf(path);
  return { ...step === undefined ? {} : { step }, ...holder === undefined ? {} : { holder } };
}
