import type { TableRecord } from "../../reports/mod.ts";

/** The definition that the sample records follow. */
export const definition = "insightface-verification/1; flip=none; folds=10";

/** A record of row and seed, completed with an accuracy and a norm. */
export function completed(row: string, seed: number, accuracy: number, xnorm = 10 + seed): TableRecord {
  const shared = { evaluation: "unseen", definition };
  return {
    id: idOf(row, seed),
    row,
    seed,
    status: "completed",
    error: null,
    metrics: [
      { ...shared, name: "accuracy", value: accuracy, std: 0.0078, n: 6000, unit: "fraction", higherIsBetter: true },
      { ...shared, name: "xnorm", value: xnorm, n: 3000, unit: "norm", higherIsBetter: null },
    ],
  };
}

/** A record of row and seed that did not complete. */
export function stopped(row: string, seed: number, status: "failed" | "diverged", error: string): TableRecord {
  return { id: idOf(row, seed), row, seed, status, error, metrics: [] };
}

/** Twelve hexadecimal digits that row and seed determine. */
export function idOf(row: string, seed: number): string {
  let hash = seed + 1;
  for (const letter of row) hash = (hash * 31 + letter.codePointAt(0)!) % 2 ** 40;
  return hash.toString(16).padStart(12, "0");
}
