/**
 * The results folder: `<root>/<experiment>/<run id>/`, and `plan.json` beside the runs. JSON files are the truth.
 *
 * @module
 */
import type { RunRecord } from "./record.ts";
import { type FrozenPlan, readPlan, writePlan } from "./store/plan.ts";
import { RunFolder } from "./store/folder.ts";
import type { StoredPairs } from "./scored_pairs.ts";
import { readPairs } from "./store/pairs.ts";
import { checkExperimentName, checkRunId, within } from "./store/paths.ts";
import {
  type ExperimentRecords,
  type ExperimentSummaries,
  folders,
  readRecords,
  readSummaries,
} from "./store/records.ts";
import { type TileCache, tileFile } from "./store/tiles.ts";

export { RunBusyError } from "./store/busy.ts";
export { RunFolder } from "./store/folder.ts";
export { checkExperimentName, checkRunId } from "./store/paths.ts";
export type { StoredPairs } from "./scored_pairs.ts";
export type { TileCache } from "./store/tiles.ts";
export { type FrozenPlan, type PlannedCode, readPlan, writePlan } from "./store/plan.ts";
export type { IndexEntry } from "./store/index_file.ts";
export type { ExperimentRecords, ExperimentSummaries } from "./store/records.ts";
export type { RunSummary } from "./store/summary.ts";
export type { TableSection } from "./resolved.ts";

/** A results folder. */
export interface Store {
  /** Its path. */
  readonly root: string;
  /** Names of the experiments in it, sorted; empty when the folder is not there. */
  experiments(): Promise<string[]>;
  /** Every record of an experiment; a damaged one is a problem, never silently left out. */
  records(experiment: string): Promise<ExperimentRecords>;
  /** What tables and plans need of every record, from the index where that is newer than the record. */
  summaries(experiment: string): Promise<ExperimentSummaries>;
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
    records: async (experiment: string) => await readRecords(await within(path, checkExperimentName(experiment))),
    summaries: async (experiment: string) =>
      await readSummaries(await within(path, checkExperimentName(experiment)), Date.now()),
    find: async (experiment: string, id: string) => await (await folderOf(experiment, id)).readRecord(),
    folder: folderOf,
    readPairs: async (experiment: string, digest: string) =>
      await readPairs(await within(path, checkExperimentName(experiment)), digest),
    tiles: tileFile(path),
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
