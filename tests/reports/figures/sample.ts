import type { RunRecord } from "../../../experiments/record.ts";
import type { Exhibit } from "../../../reports/mod.ts";
import { buildTable } from "../../../reports/mod.ts";
import { completed } from "../sample.ts";

/** What a sample run has, besides its row and seed. */
export interface SampleRun {
  readonly row: string;
  readonly seed: number;
  readonly accuracy?: number;
  readonly record?: Partial<RunRecord>;
  readonly history?: readonly Readonly<Record<string, unknown>>[];
}

/** An exhibit of made records. */
export function sampleExhibit(runs: readonly SampleRun[], baseline: string | null = null): Exhibit {
  const records = runs.map(({ row, seed, accuracy = 0.5, record }) => ({
    ...completed(row, seed, accuracy),
    diagnostics: { finalLoss: null, gradientNorm: null, statistics: {}, weightsSha256: null },
    ...record,
  })) as unknown as RunRecord[];
  const rows = [...new Set(runs.map(({ row }) => row))], seeds = [...new Set(runs.map(({ seed }) => seed))];
  const histories = new Map(records.map(({ id }, i) => [id, runs[i]!.history ?? []]));
  return {
    experiment: "sample",
    plan: undefined,
    rows,
    records,
    others: [],
    outcomes: { runs: new Map(), notes: [] },
    table: buildTable({ rows, seeds, records, baseline }),
    problems: [],
    history: (id) => Promise.resolve(histories.get(id) ?? []),
  };
}

/** The values of all data sets in a specification, in its order. */
export function valuesOf(spec: unknown): Record<string, unknown>[] {
  if (typeof spec !== "object" || spec === null) return [];
  if (Array.isArray(spec)) return spec.flatMap(valuesOf);
  return Object.entries(spec).flatMap(([key, value]) =>
    key === "data" ? (value as { values: Record<string, unknown>[] }).values : valuesOf(value)
  );
}
