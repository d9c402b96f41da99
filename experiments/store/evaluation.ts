/**
 * The folder of an evaluation: `evaluation.json`, `scores/`, `pairs/`, `lists/`.
 *
 * @module
 */
import { checkEvaluationRecord, type EvaluationRecord } from "../evaluation_record.ts";
import { writeAtomically } from "./atomic.ts";
import { RunFolder } from "./folder.ts";
import type { StoredPairs } from "../scored_pairs.ts";
import { writePairs } from "./pairs.ts";

/** What an evaluation leaves beside its record, by its name. */
export interface EvaluationFiles {
  /** Per-pair scores. */
  readonly scores: ReadonlyMap<string, Float32Array>;
  /** The pairs that were scored, by their digest. */
  readonly pairs: ReadonlyMap<string, StoredPairs>;
  /** Names of images, by list. */
  readonly lists: ReadonlyMap<string, Readonly<Record<string, readonly string[]>>>;
}

/**
 * Writes an evaluation; its record comes last, so that a folder with `evaluation.json` is whole.
 *
 * @throws {TypeError} naming every field that the schema refuses; nothing is written then.
 */
export async function writeEvaluation(
  path: string,
  record: EvaluationRecord,
  { scores, pairs, lists }: EvaluationFiles,
): Promise<void> {
  checkEvaluationRecord(record, "evaluation.json");
  const folder = new RunFolder(path), file = `${path}/evaluation.json`;
  await Deno.mkdir(path, { recursive: true });
  await Deno.remove(file).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  for (const [name, values] of scores) await folder.writeScores(name, values);
  for (const [digest, scored] of pairs) await writePairs(path, digest, scored);
  for (const [name, named] of lists) {
    for (const [list, names] of Object.entries(named)) await folder.writeList(name, list, names);
  }
  await writeAtomically(file, JSON.stringify(record, null, 2) + "\n");
}
