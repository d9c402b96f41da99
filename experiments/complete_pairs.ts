/**
 * Finds pairs again for records from before they were kept.
 *
 * @module
 */
import type { Files } from "../datasets/files.ts";
import type { Registries } from "../registry/builtins.ts";
import { openReader } from "./data.ts";
import { select } from "./evaluation_input.ts";
import { pathsOf } from "./readers.ts";
import type { RunRecord } from "./record.ts";
import type { Section } from "./resolved.ts";
import { recordedPairs, scoredPairs, type StoredPairs } from "./scored_pairs.ts";
import type { Store } from "./store.ts";
import { checkExperimentName } from "./store/paths.ts";
import { hasPairs, writePairs } from "./store/pairs.ts";

/** Data that is opened to find pairs again. */
export interface PairSources {
  /** The results folder. */
  readonly store: Pick<Store, "root" | "folder">;
  /** Name of the experiment. */
  readonly experiment: string;
  /** Where its readers are found. */
  readonly registries: Registries;
  /** Access to the data folder. */
  readonly files: Files;
}

/** Pairs that are not there, and the data that they are found in. */
interface Lost {
  readonly name: string;
  readonly data: Section;
  /** SHA-256 of the data. */
  readonly digest: string;
}

/**
 * Writes the pairs that records of an experiment scored and that are not there yet, from the data; nothing is trained,
 * and no file of scores or pairs is read.
 *
 * @returns A sentence for each data set whose pairs cannot be had: it is not there, or is not the one of the records.
 */
export async function completePairs(
  records: readonly Pick<RunRecord, "id" | "status" | "manifest" | "data">[],
  { store, experiment, registries, files }: PairSources,
): Promise<string[]> {
  const folder = `${store.root}/${checkExperimentName(experiment)}`;
  const known = new Map<string, Lost | undefined>(), problems: string[] = [];
  for (const { id, status, manifest, data } of records) {
    if (status !== "completed") continue;
    for (const section of manifest.evaluate) {
      const { name } = section, pairs = recordedPairs({ data }, section);
      if (!pairs || known.has(pairs) || !await (await store.folder(experiment, id)).hasScores(name)) continue;
      const { digest } = data.find(({ role }) => role === name)!;
      known.set(pairs, await hasPairs(folder, pairs) ? undefined : { name, data: section.data, digest });
    }
  }
  for (const [pairs, lost] of known) {
    const why = lost && await findAgain(lost, (found) => writePairs(folder, pairs, found), { registries, files });
    if (why !== undefined) {
      problems.push(`Cannot find the pairs of "${lost!.name}" again, to compare rows on them: ${why}`);
    }
  }
  return problems;
}

/** Finds pairs again in their data; gives what stands in the way, if anything does. */
async function findAgain(
  { data, digest }: Lost,
  write: (pairs: StoredPairs) => Promise<unknown>,
  { registries, files }: Pick<PairSources, "registries" | "files">,
): Promise<string | undefined> {
  try {
    for (const path of pathsOf(data, registries)) {
      if (await files.stat(path) === undefined) return `${files.locate(path)} is not there`;
    }
    const set = await openReader(data, registries, { files }), pairs = scoredPairs(select(set));
    if (set.provenance.digest !== digest) return "the data is not that of the records";
    if (pairs) await write(pairs);
  } catch (error) {
    return (error as Error).message;
  }
}
