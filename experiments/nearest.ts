/**
 * The record that comes nearest to a planned run, and in what they differ.
 *
 * @module
 */
import { identityKeys, type KeyDifference, keyDifferences } from "./differences.ts";
import type { RunRecord } from "./record.ts";
import type { PlannedRun } from "./resolved.ts";

/** What of a record is compared. */
export type ComparedRecord = Pick<RunRecord, "id" | "row" | "seed" | "status" | "identity" | "finishedAt">;

/** The record nearest to a planned run. */
export interface NearestRecord {
  /** The record. */
  readonly record: ComparedRecord;
  /** The keys of the identity that differ: the planned value and the record's. */
  readonly differs: readonly KeyDifference[];
}

/**
 * Makes the search: of the records of a run's row label and seed the one that differs in fewest keys, or of all where
 * there is none; of equals one that no run of the plan has, then the newest.
 *
 * @param planned Every run of the plan.
 */
export function nearestRecord(
  records: readonly ComparedRecord[],
  planned: readonly Pick<PlannedRun, "id">[],
): (run: Pick<PlannedRun, "row" | "seed" | "identity">) => NearestRecord | undefined {
  const ids = new Set(planned.map(({ id }) => id));
  const order = [...records].sort((a, b) =>
    Number(ids.has(a.id)) - Number(ids.has(b.id)) || (a.finishedAt < b.finishedAt ? 1 : -1)
  );
  const encode = encoder(), codes = order.map(({ identity }) => encode(identityKeys(identity)));
  const columns = varying(codes), all = order.map((record, i) => ({ record, code: picked(codes[i]!, columns) }));
  const same = new Map<string, typeof all>();
  for (const one of all) {
    const key = `${one.record.seed} ${one.record.row}`, group = same.get(key);
    group ? group.push(one) : same.set(key, [one]);
  }
  return ({ row, seed, identity }) => {
    const keys = identityKeys(identity), code = picked(encode(keys), columns);
    let least = Infinity, found: ComparedRecord | undefined;
    for (const { record, code: other } of same.get(`${seed} ${row}`) ?? all) {
      const distance = difference(code, other, least);
      if (distance < least) least = distance, found = record;
    }
    return found && { record: found, differs: keyDifferences(keys, identityKeys(found.identity)) };
  };
}

/** Makes numbers of keys with their values, so that ten thousand records are compared in no time. */
function encoder(): (keys: ReadonlyMap<string, unknown>) => Int32Array {
  const columns = new Map<string, number>(), values = new Map<string, number>();
  return (keys) => {
    for (const key of keys.keys()) if (!columns.has(key)) columns.set(key, columns.size);
    const code = new Int32Array(columns.size);
    for (const [key, value] of keys) {
      const text = JSON.stringify(value) ?? "", known = values.get(text) ?? values.size + 1;
      values.set(text, known);
      code[columns.get(key)!] = known;
    }
    return code;
  };
}

/** The columns in which records differ: the others add the same to the distance of each. */
function varying(codes: readonly Int32Array[]): number[] {
  const width = codes.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: width }, (_, column) => column).filter((column) =>
    codes.some((code) => (code[column] ?? 0) !== (codes[0]![column] ?? 0))
  );
}

function picked(code: Int32Array, columns: readonly number[]): Int32Array {
  return Int32Array.from(columns, (column) => code[column] ?? 0);
}

/** How many columns differ, as far as that is below a limit. */
function difference(a: Int32Array, b: Int32Array, limit: number): number {
  let count = 0;
  for (let i = 0; i < a.length && count < limit; i++) if (a[i] !== b[i]) count++;
  return count;
}
