/**
 * Notes of a table that come from its records: what a reader of the figures must know of the runs behind them.
 *
 * @module
 */
import type { TableRecord } from "./cell.ts";

/** A planned run that has a record. */
interface Told {
  readonly row: string;
  readonly seed: number;
  readonly record: TableRecord;
}

/** Rows that trained the same weights, runs that drifted, and runs of different programs or backends. */
export function recordNotes(records: readonly TableRecord[]): string[] {
  const completed = records.filter(({ status }) => status === "completed")
    .map((record): Told => ({ row: record.row, seed: record.seed, record }));
  return [...twins(completed), ...drifted(records), ...mixed(completed)];
}

/** Rows that differ, but whose runs of a seed ended with the same weights, over every seed that both completed. */
function twins(runs: readonly Told[]): string[] {
  const byWeights = new Map<string, Told[]>();
  for (const run of runs) {
    const sha = run.record.diagnostics?.weightsSha256;
    if (sha) byWeights.set(`${run.seed} ${sha}`, [...byWeights.get(`${run.seed} ${sha}`) ?? [], run]);
  }
  const groups = new Map<string, { rows: string[]; seeds: number[] }>();
  for (const group of byWeights.values()) {
    const rows = [...new Set(group.map(({ row }) => row))];
    if (rows.length < 2) continue;
    const key = JSON.stringify(rows), { seeds } = groups.get(key) ?? { seeds: [] };
    groups.set(key, { rows, seeds: [...seeds, group[0]!.seed] });
  }
  return [...groups.values()].map(({ rows, seeds }) =>
    `Rows ${list(rows)} trained the same weights (${seeds.length === 1 ? "seed" : "seeds"} ${
      seeds.join(", ")
    }): what ` +
    "they differ in had no effect on training"
  );
}

function drifted(records: readonly TableRecord[]): string[] {
  const found = records.filter(({ drift }) => drift !== undefined);
  if (found.length === 0) return [];
  const parts = found.map(({ id, row, seed, drift }) => {
    const what = [
      ...drift!.code ? ["code"] : [],
      ...drift!.data ? [`data ${Object.keys(drift!.data).join(", ")}`] : [],
      ...drift!.plugins ? [`plugins ${Object.keys(drift!.plugins).join(", ")}`] : [],
    ];
    return `${row}, seed ${seed} (${id}: ${what.join(" and ")})`;
  });
  return [`Runs that were trained although something had changed since the plan: ${parts.join("; ")}`];
}

/** Runs of one table that are of different programs, or of different backends. */
function mixed(runs: readonly Told[]): string[] {
  const groups = (of: (record: TableRecord) => string | undefined) => {
    const found = new Map<string, number>();
    for (const { record } of runs) {
      const value = of(record);
      if (value !== undefined) found.set(value, (found.get(value) ?? 0) + 1);
    }
    return [...found].sort(([, a], [, b]) => b - a).map(([value, count]) => `${value} (${count})`);
  };
  const code = groups(({ environment }) => environment?.code?.slice(0, 12));
  const backend = groups(({ backend }) =>
    backend ? [backend.name, ...backend.adapter ? [backend.adapter] : []].join(" on ") : undefined
  );
  const products = groups(({ backend }) => backend?.name === "wasm" ? backend.blas ?? "no library" : undefined);
  return [
    ...code.length > 1 ? [`The runs are of ${code.length} versions of the program, by digest: ${code.join(", ")}`] : [],
    ...backend.length > 1 ? [`The runs are of ${backend.length} backends: ${backend.join(", ")}`] : [],
    ...products.length > 1
      ? [
        `The matrix products of the runs are of different libraries or threads, and differ in their last bits: ${
          products.join(", ")
        }`,
      ]
      : [],
  ];
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
