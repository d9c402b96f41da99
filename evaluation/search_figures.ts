/**
 * Figures of searches: shares of the probes that were found, and the curve over all ranks.
 *
 * @module
 */
import { rankCurve } from "./curves.ts";
import type { Figure } from "./figures.ts";
import type { Curve } from "./protocol.ts";
import { identificationThreshold, type SearchRanks } from "./search_ranks.ts";
import { mean, standardDeviation } from "./spread.ts";

/** A figure of each search, as one: its mean, and its spread (ddof 0) where there are several searches. */
export function overSearches(values: readonly number[], n: number): Figure {
  const spread = values.length > 1 ? { std: standardDeviation(values, 0), over: "searches" as const } : {};
  return { value: mean(values), ...spread, n };
}

/**
 * Share of the mated probes of a search that satisfy a condition, in `[0, 1]`; NaN where no probe has a mate.
 *
 * @param holds Told the rank of the mate, from 1, and its score.
 */
export function foundShare({ ranks, scores }: SearchRanks, holds: (rank: number, score: number) => boolean): number {
  let found = 0, mated = 0;
  for (const [probe, rank] of ranks.entries()) {
    if (rank === 0) continue;
    mated++;
    if (holds(rank, scores[probe]!)) found++;
  }
  return found / mated;
}

/**
 * Threshold of a search at a false positive identification rate, see {@link identificationThreshold}.
 *
 * @throws {RangeError} if every probe has a mate.
 */
export function searchThreshold(
  { name, ranks, scores }: SearchRanks & { readonly name: string },
  rate: number,
): number {
  const strangers = scores.filter((_, probe) => ranks[probe] === 0);
  if (strangers.length > 0) return identificationThreshold(strangers, rate);
  throw new RangeError(
    `Cannot measure false alarms in search "${name}": each of its probes has a mate, set far to [] or leave subjects ` +
      "out of the gallery",
  );
}

/** Shares of the probes whose subject is among the first k, the mean over searches; see {@link rankCurve}. */
export function cmcCurve(results: readonly SearchRanks[]): Curve {
  const last = results.reduce((most, { subjects }) => Math.max(most, subjects), 1);
  return rankCurve("cmc", (k) => mean(results.map((result) => foundShare(result, (rank) => rank <= k))), last);
}
