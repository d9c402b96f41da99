/**
 * On how many pairs two networks differ, by what runs said of each pair.
 *
 * @module
 */
import type { LoadedOutcomes } from "../experiments/outcomes.ts";
import type { TableCell } from "./cell.ts";
import { discordantCounts } from "./statistics/mcnemar.ts";

/** The share of pairs that exactly one of two networks has right, as it was measured. */
export interface DiscordantShare {
  /** Mean over the comparisons. */
  readonly share: number;
  /** Comparisons of two runs of one seed. */
  readonly comparisons: number;
}

/**
 * Measures the share over the runs of one column, seed by seed: of every row with the baseline, or without one of every
 * two rows.
 *
 * @param cells The column's cells.
 * @param base The baseline's cell, one of them.
 * @returns `null` where no two runs of a seed have stored what they said of the same pairs.
 */
export function discordantShare(
  cells: readonly TableCell[],
  base: TableCell | undefined,
  { evaluation, outcomes }: { readonly evaluation: string; readonly outcomes: LoadedOutcomes["runs"] },
): DiscordantShare | null {
  const shares: number[] = [];
  for (const [i, cell] of cells.entries()) {
    const others = base ? cells.filter((other) => other === base && other !== cell) : cells.slice(i + 1);
    for (const { seed, id } of cell.runs) {
      const own = outcomes.get(id)?.get(evaluation);
      for (const other of others) {
        const run = other.runs.find((run) => run.seed === seed), said = run && outcomes.get(run.id)?.get(evaluation);
        if (!own?.correct || !said?.correct || own.pairs !== said.pairs) continue;
        const { b, c } = discordantCounts(own.correct, said.correct);
        shares.push((b + c) / own.correct.length);
      }
    }
  }
  if (shares.length === 0) return null;
  return { share: shares.reduce((sum, share) => sum + share, 0) / shares.length, comparisons: shares.length };
}
