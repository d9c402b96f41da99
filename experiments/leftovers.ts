/**
 * What a results folder holds that nothing needs any more.
 *
 * A record is never among it, nor a run that is at work, nor what a run goes on from.
 *
 * @module
 */
import { readTrace } from "./run_traces.ts";
import type { Store } from "./store.ts";
import { ignoreAbsence, isThere } from "./store/atomic.ts";
import { isRunId, within } from "./store/paths.ts";
import { readPlan } from "./store/plan.ts";

/** Something that may be deleted. */
export interface Leftover {
  /** The file or folder. */
  readonly path: string;
  /** Why nothing needs it, in words. */
  readonly why: string;
  /** What it takes of the disk. */
  readonly bytes: number;
  /** Whether it is work that a run could go on from, which is deleted only where that is asked for by itself. */
  readonly interrupted?: boolean;
}

/** Names of files that are written to be renamed, or removed. */
const TEMPORARY = /\.[0-9a-f]{8}\.tmp$|^\.embeddings-[0-9a-f-]{36}\.tmp$/;
/** Milliseconds after which such a file outside of runs is taken to be a dead writer's. */
const OLD = 24 * 3_600_000;

/** Ids that the stored plans of an experiment name; `undefined` where none is stored. */
export async function plannedRuns(store: Store, experiment: string): Promise<ReadonlySet<string> | undefined> {
  const folder = await within(store.root, experiment), ids = new Set<string>();
  const names = (await entries(`${folder}/plans`)).filter(({ name }) => name.endsWith(".json"));
  const paths = [`${folder}/plan.json`, ...names.map(({ name }) => `${folder}/plans/${name}`)];
  const plans = (await Promise.all(paths.map(readPlan))).filter((plan) => plan !== undefined);
  for (const { runs } of plans) for (const { id } of runs) ids.add(id);
  return plans.length > 0 ? ids : undefined;
}

/**
 * Leftovers in the folder of a run that no process is at.
 *
 * @param planned Runs that plans name; `undefined` where that is not known.
 */
export async function runLeftovers(
  store: Store,
  { experiment, id }: { readonly experiment: string; readonly id: string },
  planned: ReadonlySet<string> | undefined,
): Promise<Leftover[]> {
  const { path } = await store.folder(experiment, id);
  if (planned && !planned.has(id) && !await isThere(`${path}/record.json`)) {
    const { step } = await readTrace(store, experiment, id);
    return typeof step === "number"
      ? [{
        ...await leftover(path, `a run interrupted at step ${step}, which no stored plan names`),
        interrupted: true,
      }]
      : [await leftover(path, "a run without a record, which no stored plan names")];
  }
  const found = await temporaryFiles(path, Infinity), { status } = await recordOf(store, experiment, id);
  if ((status === "completed" || status === "diverged") && await isThere(`${path}/checkpoint`)) {
    const checkpoint = `${path}/checkpoint`;
    return [
      ...found.filter(({ path }) => !path.startsWith(`${checkpoint}/`)),
      await leftover(checkpoint, `the checkpoint of a ${status} run`),
    ];
  }
  return found;
}

/**
 * Temporary files of dead writers in a folder and below it, but for the folders of runs.
 *
 * @param now Milliseconds since 1970, against which files are held; `Infinity` takes every one.
 */
export async function temporaryFiles(folder: string, now: number): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const { name, isFile, isDirectory } of await entries(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory && !isRunId(name)) found.push(...await temporaryFiles(path, now));
    if (!isFile || !TEMPORARY.test(name)) continue;
    const stat = await Deno.stat(path).catch(ignoreAbsence);
    if (stat && now - (stat.mtime?.getTime() ?? now) > OLD) {
      found.push({ path, why: "a file whose writer died", bytes: stat.size });
    }
  }
  return found;
}

/** A file or folder with its size. */
export async function leftover(path: string, why: string): Promise<Leftover> {
  return { path, why, bytes: await sizeOf(path) };
}

async function sizeOf(path: string): Promise<number> {
  const stat = await Deno.lstat(path).catch(ignoreAbsence);
  if (!stat?.isDirectory) return stat?.size ?? 0;
  let bytes = 0;
  for (const { name } of await entries(path)) bytes += await sizeOf(`${path}/${name}`);
  return bytes;
}

/** What a record says; nothing where there is none, or it is damaged: that is for a person to look at. */
async function recordOf(store: Store, experiment: string, id: string): Promise<{ readonly status?: string }> {
  try {
    return await store.find(experiment, id) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return {};
    throw error;
  }
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    return ignoreAbsence(error), [];
  }
}
