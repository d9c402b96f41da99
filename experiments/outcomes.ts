/**
 * What runs said of each pair, from their stored scores: what rows are compared with pair by pair.
 *
 * @module
 */
import type { Registries } from "../registry/builtins.ts";
import type { RecordedMetric, RunRecord } from "./record.ts";
import type { Store, StoredPairs } from "./store.ts";
import { recordedPairs } from "./scored_pairs.ts";

/** What one run said of the pairs of one evaluation. */
export interface PairOutcomes {
  /** The pairs; runs on the same data share one value. */
  readonly pairs: StoredPairs;
  /** Score of each pair, lower is closer. */
  readonly scores: Float64Array;
  /** 1 for pairs that were judged rightly behind `accuracy`; absent where scores do not tell. */
  readonly correct?: Uint8Array;
}

/** What runs said, and why some cannot be told. */
export interface LoadedOutcomes {
  /** By run id, then by evaluation. */
  readonly runs: ReadonlyMap<string, ReadonlyMap<string, PairOutcomes>>;
  /** Sentences for a reader. */
  readonly notes: readonly string[];
}

/** What a record must tell for its pairs to be found. */
export type ScoredRecord = Pick<RunRecord, "id" | "status" | "manifest" | "data" | "metrics">;

/** The most by which a figure of float32 scores may differ from that of the float64 ones that were recorded. */
export const ROUNDING = 1e-6;

/**
 * Reads scores and pairs of completed runs.
 *
 * Outcomes are used only if their shares in the folds have the recorded accuracy for a mean and its recorded spread;
 * else a note says so.
 */
export async function loadOutcomes(
  store: Pick<Store, "folder" | "readPairs">,
  experiment: string,
  records: readonly ScoredRecord[],
  registries: Registries,
): Promise<LoadedOutcomes> {
  const runs = new Map<string, Map<string, PairOutcomes>>(), notes = new Set<string>();
  const known = new Map<string, Promise<StoredPairs | undefined | string>>();
  const pairsOf = (digest: string) => {
    if (!known.has(digest)) known.set(digest, attempt(() => store.readPairs(experiment, digest)));
    return known.get(digest)!;
  };
  for (const record of records.filter(({ status }) => status === "completed")) {
    const found = new Map<string, PairOutcomes>(), folder = await store.folder(experiment, record.id);
    for (const section of record.manifest.evaluate) {
      const { name, protocol: { protocol: id, ...params } } = section, digest = recordedPairs(record, section);
      const protocol = registries.protocol.find(String(id));
      if (!digest || !protocol || protocol.wants === "images") continue;
      const without = (who: string, why: string) => notes.add(`${who} not compared pair by pair in ${name}: ${why}`);
      const scores = await attempt(() => folder.readScores(name));
      if (scores === undefined) continue;
      if (typeof scores === "string") {
        without(`Run ${record.id} is`, scores);
        continue;
      }
      const pairs = await pairsOf(digest) ?? "its pairs are not stored (collate writes them)";
      if (typeof pairs === "string") without("Rows are", pairs);
      else if (pairs.same.length !== scores.length) {
        without(
          `Run ${record.id} is`,
          `found ${scores.length} scores for ${pairs.same.length} pairs, as many are wanted`,
        );
      } else {
        const all = { record, name, notes, pairs, scores: Float64Array.from(scores) };
        const judged = await attempt(() => judge(all, protocol, params));
        if (typeof judged === "string") without(`Run ${record.id} is`, judged);
        else found.set(name, judged);
      }
    }
    if (found.size > 0) runs.set(record.id, found);
  }
  return { runs, notes: [...notes] };
}

/** What an action gives, or why a damaged file does not give it. */
async function attempt<T>(action: () => T | Promise<T>): Promise<T | string> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return error.message;
    throw error;
  }
}

function judge(
  { record, name, notes, pairs, scores }: {
    readonly record: ScoredRecord;
    readonly name: string;
    readonly notes: Set<string>;
    readonly pairs: StoredPairs;
    readonly scores: Float64Array;
  },
  protocol: ReturnType<Registries["protocol"]["get"]>,
  params: Record<string, unknown>,
): PairOutcomes {
  const correct = protocol.outcomes?.(params, scores, pairs);
  if (!correct) return { pairs, scores };
  const accuracy = record.metrics.find((metric) => metric.evaluation === name && metric.name === "accuracy");
  if (accuracy && agrees(correct, pairs, accuracy)) return { pairs, scores, correct };
  notes.add(
    `Run ${record.id} is not compared pair by pair in ${name}: its scores do not give the recorded accuracy again`,
  );
  return { pairs, scores };
}

/** Whether outcomes have a recorded accuracy, and its spread over folds where it has one. */
export function agrees(
  correct: Uint8Array,
  { fold, folds }: Pick<StoredPairs, "fold" | "folds">,
  { value, std }: Pick<RecordedMetric, "value" | "std">,
): boolean {
  const close = (a: number, b: number | null | undefined) => b != null && Math.abs(a - b) <= ROUNDING;
  if (std === undefined) return close(correct.reduce((sum, right) => sum + right, 0) / correct.length, value);
  const right = new Float64Array(folds), total = new Float64Array(folds);
  correct.forEach((value, pair) => {
    right[fold[pair]!]! += value;
    total[fold[pair]!]! += 1;
  });
  const shares = right.map((count, index) => count / total[index]!);
  const mean = shares.reduce((sum, share) => sum + share, 0) / folds;
  return close(mean, value) && close(Math.sqrt(shares.reduce((sum, x) => sum + (x - mean) ** 2, 0) / folds), std);
}
