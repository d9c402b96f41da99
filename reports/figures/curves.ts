/**
 * Curves of the runs: as recorded, or, of records from before curves were kept, from their stored scores.
 *
 * @module
 */
import { angleCurves, type Curve, errorCurves, sortDistances } from "../../evaluation/mod.ts";
import type { RunRecord } from "../../experiments/record.ts";
import type { Exhibit } from "../exhibit.ts";

/** One run's curve. */
export interface RunCurve {
  /** Label of the row. */
  readonly row: string;
  /** Seed of the run. */
  readonly seed: number;
  /** The curve. */
  readonly curve: Curve;
}

/** The curves of one name, by evaluation, in the order of the runs. */
export function curvesOf(
  { records, outcomes }: Pick<Exhibit, "records" | "outcomes">,
  name: string,
): Map<string, RunCurve[]> {
  const found = new Map<string, RunCurve[]>();
  for (const record of records) {
    for (const { evaluation, curve } of ofRun(record, outcomes, name)) {
      found.set(evaluation, [...found.get(evaluation) ?? [], { row: record.row, seed: record.seed, curve }]);
    }
  }
  return found;
}

function ofRun(record: RunRecord, outcomes: Exhibit["outcomes"], name: string) {
  const recorded = (record.curves ?? []).filter((curve) => curve.name === name)
    .map(({ evaluation, ...curve }) => ({ evaluation, curve }));
  const known = new Set(recorded.map(({ evaluation }) => evaluation));
  const scored = [...outcomes.runs.get(record.id) ?? []].flatMap(([evaluation, { scores, pairs, correct }]) => {
    // Scores that pairs can be judged by are squared distances of unit vectors.
    if (known.has(evaluation) || !correct) return [];
    const sorted = sortDistances(scores, pairs.same);
    const curves = name.startsWith("angles-") ? angleCurves(sorted) : errorCurves(sorted);
    return curves.filter((curve) => curve.name === name).map((curve) => ({ evaluation, curve }));
  });
  return [...recorded, ...scored];
}
