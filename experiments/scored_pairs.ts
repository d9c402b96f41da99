/**
 * What is kept of the pairs that an evaluation scored, and the digest under which it is kept.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { Selection } from "./evaluation_input.ts";
import type { RunRecord } from "./record.ts";
import type { EvaluateSection, Section } from "./resolved.ts";

/** What is known of scored pairs without their data; arrays have one entry a pair. */
export interface StoredPairs {
  /** 1 where both sides are of one class, else 0. */
  readonly same: Uint8Array;
  /** Fold of each pair, `0 … folds − 1`. */
  readonly fold: Int32Array;
  /** Number of folds; the stored array tells it by its greatest entry. */
  readonly folds: number;
  /** Class of the first side: what a bootstrap by identities draws. */
  readonly left: Int32Array;
  /** Class of the second side. */
  readonly right: Int32Array;
}

/** The pairs of a selection with the classes of both sides, or `undefined` where it has no pairs. */
export function scoredPairs({ pairs, templates, labels }: Selection): StoredPairs | undefined {
  const found = pairs ?? templates?.pairs, classes = pairs ? labels : templates?.subjects;
  if (!found || !classes) return undefined;
  const { same, folds, fold = new Int32Array(same.length) } = found;
  const classOf = (side: Int32Array) => side.map((index) => classes[index]!);
  return { same, fold, folds, left: classOf(found.first), right: classOf(found.second) };
}

/**
 * The digest of all that decides pairs: the files of a data set, and how its reader was told to make pairs of them.
 *
 * @param data Resolved reader section of the evaluation.
 * @param digest SHA-256 of the data, as records have it.
 */
export function pairsDigest(data: Section, digest: string): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalize({ data, digest })!)));
}

/** The digest of the pairs that a run scored in an evaluation; `undefined` where its record names no data. */
export function recordedPairs(
  { data: sets }: Pick<RunRecord, "data">,
  { name, data }: Pick<EvaluateSection, "name" | "data">,
): string | undefined {
  const digest = sets.find(({ role }) => role === name)?.digest;
  return digest && pairsDigest(data, digest);
}
