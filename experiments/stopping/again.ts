/**
 * Runs that failed and are to be tried again: no rung may count them as ended meanwhile.
 *
 * @module
 */
import { RunBusyError, type Store } from "../store.ts";

/** Sets the failed records of runs aside that are to be tried again; who holds one has set its record aside already. */
export async function setFailuresAside(
  ids: readonly string[],
  { store, experiment }: { readonly store: Store; readonly experiment: string },
): Promise<void> {
  for (const id of ids) {
    if ((await store.find(experiment, id))?.status !== "failed") continue;
    const folder = await store.folder(experiment, id);
    try {
      await folder.claim();
    } catch (error) {
      if (!(error instanceof RunBusyError)) throw error;
      continue;
    }
    try {
      if ((await folder.readRecord())?.status === "failed") await folder.setRecordAside();
    } finally {
      await folder.release();
    }
  }
}
