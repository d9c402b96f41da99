/**
 * What is kept of the pairs that an evaluation scored, and how they are found again for records from before it was kept.
 *
 * @module
 */
import { type Files, MissingDataError } from "../datasets/files.ts";
import type { Registries } from "../registry/builtins.ts";
import { openReader } from "./data.ts";
import { select, type Selection } from "./evaluation_input.ts";
import { pathsOf } from "./readers.ts";
import type { RunRecord } from "./record.ts";
import type { Section } from "./resolved.ts";
import type { Store } from "./store.ts";
import { checkExperimentName } from "./store/paths.ts";
import { type StoredPairs, writePairs } from "./store/pairs.ts";

/** The pairs of a selection with the classes of both sides, or `undefined` where it has no pairs. */
export function scoredPairs({ pairs, templates, labels }: Selection): StoredPairs | undefined {
  const found = pairs ?? templates?.pairs, classes = pairs ? labels : templates?.subjects;
  if (!found || !classes) return undefined;
  const { same, folds, fold = new Int32Array(same.length) } = found;
  const classOf = (side: Int32Array) => side.map((index) => classes[index]!);
  return { same, fold, folds, left: classOf(found.first), right: classOf(found.second) };
}

/** Data that is opened to find pairs again. */
export interface PairSources {
  /** The results folder. */
  readonly store: Pick<Store, "root" | "folder" | "readPairs">;
  /** Name of the experiment. */
  readonly experiment: string;
  /** Where its readers are found. */
  readonly registries: Registries;
  /** Access to the data folder. */
  readonly files: Files;
}

/**
 * Writes the pairs that records of an experiment scored and that are not there yet, from the data; nothing is trained.
 *
 * @returns A sentence for each data set whose pairs cannot be had: it is not there, or is not the one of the records.
 */
export async function completePairs(
  records: readonly Pick<RunRecord, "id" | "status" | "manifest" | "data">[],
  { store, experiment, registries, files }: PairSources,
): Promise<string[]> {
  const wanted = new Map<string, { name: string; data: Section }>(), problems: string[] = [];
  for (const { id, status, manifest, data } of records) {
    if (status !== "completed") continue;
    for (const { name, data: section } of manifest.evaluate) {
      const digest = data.find(({ role }) => role === name)?.digest;
      if (!digest || wanted.has(digest) || !await (await store.folder(experiment, id)).readScores(name)) continue;
      if (!await store.readPairs(experiment, digest)) wanted.set(digest, { name, data: section });
    }
  }
  for (const [digest, { name, data }] of wanted) {
    try {
      for (const path of pathsOf(data, registries)) {
        if (await files.stat(path) === undefined) throw new MissingDataError(`${files.locate(path)} is not there`);
      }
      const set = await openReader(data, registries, { files }), pairs = scoredPairs(select(set));
      if (set.provenance.digest !== digest) throw new RangeError("the data is not that of the records");
      if (pairs) await writePairs(`${store.root}/${checkExperimentName(experiment)}`, digest, pairs);
    } catch (error) {
      problems.push(`Cannot find the pairs of "${name}" again, to compare rows on them: ${(error as Error).message}`);
    }
  }
  return problems;
}
