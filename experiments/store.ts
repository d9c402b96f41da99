/**
 * The results folder: `<root>/<experiment>/<run id>/`, and `plan.json` beside the runs. JSON files are the truth.
 *
 * @module
 */
import type { RunRecord } from "./record.ts";
import { type FrozenPlan, readPlan, writePlan } from "./store/plan.ts";
import { RunFolder } from "./store/folder.ts";
import { readPairs, type StoredPairs } from "./store/pairs.ts";
import { checkExperimentName, checkRunId, within } from "./store/paths.ts";
import { type TileCache, tileFile } from "./store/tiles.ts";

export { RunBusyError, RunFolder } from "./store/folder.ts";
export { checkExperimentName, checkRunId } from "./store/paths.ts";
export type { StoredPairs } from "./store/pairs.ts";
export type { TileCache } from "./store/tiles.ts";
export { type FrozenPlan, type PlannedCode, readPlan, writePlan } from "./store/plan.ts";
export type { TableSection } from "./resolved.ts";

/** What an experiment holds: its records, and a message for every record that cannot be read. */
export interface ExperimentRecords {
  /** Readable records, sorted by id. */
  readonly records: readonly RunRecord[];
  /** One message for each `record.json` that is damaged. */
  readonly problems: readonly string[];
}

/** A results folder. */
export interface Store {
  /** Its path. */
  readonly root: string;
  /** Names of the experiments in it, sorted; empty when the folder is not there. */
  experiments(): Promise<string[]>;
  /** Every record of an experiment; a damaged one is a problem, never silently left out. */
  records(experiment: string): Promise<ExperimentRecords>;
  /**
   * The record of a run, or `undefined` when it has none yet.
   *
   * @throws {SyntaxError | TypeError} if the record is damaged.
   */
  find(experiment: string, id: string): Promise<RunRecord | undefined>;
  /**
   * The folder of a run; nothing is made until something is written.
   *
   * @throws {RangeError} if a name could lead out of the results folder, or a symbolic link does.
   */
  folder(experiment: string, id: string): Promise<RunFolder>;
  /** Stores what was planned, so that a table needs no manifest; gives the path of the file. */
  writePlan(plan: FrozenPlan): Promise<string>;
  /** Stores a plan beside the experiment's own, under its digest; gives the path of the file. */
  writeVariant(plan: FrozenPlan): Promise<string>;
  /**
   * The pairs that runs of an experiment scored, by their digest, or `undefined` when they are not stored.
   *
   * @throws {SyntaxError} if their file is damaged.
   */
  readPairs(experiment: string, digest: string): Promise<StoredPairs | undefined>;
  /** Tiles of WebGPU adapters. */
  readonly tiles: TileCache;
  /** What was planned, or `undefined` when nothing was. */
  readPlan(experiment: string): Promise<FrozenPlan | undefined>;
}

/**
 * Opens a results folder; it need not exist yet.
 *
 * @param root Path of the folder, such as `results`.
 */
export function openStore(root: string): Store {
  const path = root.replace(/(?<=.)\/+$/, "");
  const folderOf = async (experiment: string, id: string) =>
    new RunFolder(await within(path, checkExperimentName(experiment), checkRunId(id)));
  const planPath = (experiment: string) => within(path, checkExperimentName(experiment), "plan.json");
  return Object.freeze({
    root: path,
    experiments: async () => (await folders(path)).filter((name) => !name.startsWith(".")),
    async records(experiment: string) {
      const records: RunRecord[] = [], problems: string[] = [];
      const ids = await folders(await within(path, checkExperimentName(experiment)));
      for (const id of ids.filter((name) => /^[0-9a-f]{12}$/.test(name))) {
        try {
          const record = await (await folderOf(experiment, id)).readRecord();
          if (record?.id !== undefined && record.id !== id) {
            throw new TypeError(
              `Cannot accept ${path}/${experiment}/${id}/record.json: it says its id is "${record.id}"`,
            );
          }
          if (record) records.push(record);
        } catch (error) {
          if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
          problems.push(error.message);
        }
      }
      return { records, problems };
    },
    find: async (experiment: string, id: string) => await (await folderOf(experiment, id)).readRecord(),
    folder: folderOf,
    readPairs: async (experiment: string, digest: string) =>
      await readPairs(await within(path, checkExperimentName(experiment)), digest),
    tiles: tileFile(`${path}/.tiles.json`),
    async writePlan(plan: FrozenPlan) {
      const file = await planPath(plan.experiment);
      await writePlan(file, plan);
      return file;
    },
    async writeVariant(plan: FrozenPlan) {
      const name = `${plan.digest.slice(0, 12)}.json`;
      const file = await within(path, checkExperimentName(plan.experiment), "plans", name);
      await writePlan(file, plan);
      return file;
    },
    readPlan: async (experiment: string) => await readPlan(await planPath(experiment)),
  });
}

/** Names of the folders in a folder, sorted; symbolic links are not followed. */
async function folders(path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(path)) if (entry.isDirectory) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
