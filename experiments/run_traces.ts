/**
 * What runs without a final record have left in the results folder: a checkpoint, or a process that is at work.
 *
 * @module
 */
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
  const step = await checkpointStep(await within(path, "checkpoint", "current"));
  const holder = await holderOf(path);
  return { ...step === undefined ? {} : { step }, ...holder === undefined ? {} : { holder } };
}

/** A header names every tensor; one of a hundred thousand of them is no checkpoint of ours. */
const LONGEST_HEADER = 16 * 2 ** 20;

/** Reads the step from a checkpoint's header; its tensors are left alone. */
async function checkpointStep(path: string): Promise<number | null | undefined> {
  try {
    using file = await Deno.open(path);
    const first = await readExactly(file, 8),
      length = first && Number(new DataView(first.buffer).getBigUint64(0, true));
    if (!length || length > LONGEST_HEADER) return null;
    const header = await readExactly(file, length);
    const step = header && Number(JSON.parse(new TextDecoder().decode(header))?.__metadata__?.step);
    return Number.isInteger(step) ? step as number : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function readExactly(file: Deno.FsFile, length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) return undefined;
    at += read;
  }
  return bytes;
}
