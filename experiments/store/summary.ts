/**
 * What tables, plans and the status of a sweep need of a record: all but the traces of training and what is hashed.
 *
 * @module
 */
import type { RunRecord } from "../record.ts";

/** The fields of a record that its summary has as they are. */
export const SUMMARY_FIELDS = [
  "id",
  "row",
  "seed",
  "status",
  "error",
  "manifest",
  "backend",
  "environment",
  "data",
  "cost",
  "metrics",
  "drift",
  "stopped",
  "startedAt",
  "finishedAt",
] as const satisfies readonly (keyof RunRecord)[];

/** A record without what only a reader of its own file needs. */
export type RunSummary = Pick<RunRecord, typeof SUMMARY_FIELDS[number]> & {
  /** The digest of what was trained. */
  readonly diagnostics: Pick<RunRecord["diagnostics"], "weightsSha256">;
};

/** The summary of a record. */
export function summaryOf(record: RunRecord): RunSummary {
  const kept = SUMMARY_FIELDS.filter((field) => record[field] !== undefined).map((field) => [field, record[field]]);
  return { ...Object.fromEntries(kept), diagnostics: { weightsSha256: record.diagnostics.weightsSha256 } };
}
