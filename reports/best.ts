/**
 * Which cells of a table stand out.
 *
 * @module
 */
import type { LoadedOutcomes } from "../experiments/outcomes.ts";
import { cellDelta, type TableCell } from "./cell.ts";
import { comparePairs } from "./pair_comparison.ts";
import { seedsToTell, verdicts } from "./verdict.ts";

/** One column of a table, before its best cell is marked. */
export interface RankedColumn {
  /** `evaluation.metric`. */
  readonly metric: string;
  /** Direction; `null` where neither is better. */
  readonly higherIsBetter: boolean | null;
  /** Ids of the definitions that its values follow. */
  readonly definitions: readonly string[];
  /** A cell each row. */
  readonly cells: readonly TableCell[];
}

/**
 * The cell of a column that stands out: the best mean, of a row with all of its seeds, to which every other row with a
 * figure is worse, by the tests and the correction of the verdicts against a baseline ({@link verdicts}). Nothing stands out
 * where that cannot be told: of one row, of equals, of few seeds, or where rows follow different definitions.
 *
 * @param outcomes What runs said of each pair; without it, rows are compared over seeds alone.
 */
export function bestCell(
  { metric, higherIsBetter, definitions, cells }: RankedColumn,
  outcomes?: LoadedOutcomes["runs"],
): TableCell | undefined {
  const measured = cells.filter(({ mean }) => mean !== null);
  if (higherIsBetter === null || definitions.length !== 1 || measured.length < 2) return undefined;
  const means = measured.map(({ mean }) => mean!), top = higherIsBetter ? Math.max(...means) : Math.min(...means);
  const [best, ...equals] = measured.filter(({ mean }) => mean === top);
  if (!best || equals.length > 0 || best.finished < best.planned) return undefined;
  // What the verdicts against the baseline say already costs no test.
  if (best.verdict !== null && best.verdict.word !== "better") return undefined;
  const comparisons = cells.length - 1;
  if (!outcomes && best.finished < seedsToTell(comparisons)) return undefined;
  const others = measured.filter((cell) => cell !== best)
    .map((cell) => ({ ...cell, delta: cellDelta(cell, best) }));
  const pairs = outcomes ? comparePairs([{ metric, base: best, cells: others }], outcomes) : undefined;
  const compared = others.flatMap((cell) => cell.delta ? [{ delta: cell.delta, pairs: pairs?.get(cell) ?? null }] : []);
  const said = verdicts(compared, { higherIsBetter, baseline: best.row, comparisons });
  return compared.length === others.length && said.every(({ word }) => word === "worse") ? best : undefined;
}
