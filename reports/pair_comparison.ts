/**
 * Rows compared with the baseline pair by pair: what the test set's chance alone could have made of a difference.
 *
 * @module
 */
import type { LoadedOutcomes, PairOutcomes } from "../experiments/outcomes.ts";
import type { TableCell } from "./cell.ts";
import { type BootstrapInterval, clusterBootstrap } from "./statistics/cluster_bootstrap.ts";
import { discordantCounts, mcnemar, type McNemarTest } from "./statistics/mcnemar.ts";
import { accuracyDifference, meanStatistic, type PairStatistic, tarDifference } from "./statistics/pair_statistics.ts";
import { tTwoSided } from "./statistics/student_t.ts";

/** McNemar's test of one seed. */
export interface SeedMcNemar extends McNemarTest {
  /** The seed. */
  readonly seed: number;
}

/** The difference of a row to the baseline on the pairs of the test set, of the networks as they were trained. */
export interface PairComparison {
  /** Mean over seeds of the difference of accuracy, as share of pairs, or of TAR. */
  readonly delta: number;
  /** Lower end of its interval (95 %), by {@link clusterBootstrap}. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Its standard error. */
  readonly std: number;
  /** Number of pairs. */
  readonly n: number;
  /** Number of identities in them, which the bootstrap draws. */
  readonly identities: number;
  /** Resamples that gave a value. */
  readonly resamples: number;
  /** The seeds whose pairs were compared. */
  readonly seeds: readonly number[];
  /** McNemar's test of each seed, for accuracies; b counts the pairs that this row alone has right. */
  readonly mcnemar: readonly SeedMcNemar[] | null;
  /** Mid-p of one seed; of several twice their median, which holds however the seeds depend on one another. */
  readonly mcnemarP: number | null;
  /** `P(|T| ≥ |Δ| / std)`, Student's t of one degree less than identities. */
  readonly bootstrapP: number;
  /** The greater of both, so that a difference counts only where both tests find it. */
  readonly p: number;
}

/** A column to compare, with a cell for each row. */
export interface ComparedColumn {
  /** `evaluation.metric`. */
  readonly metric: string;
  /** The baseline's cell. */
  readonly base: TableCell;
  /** The cells of the other rows whose difference to it is known. */
  readonly cells: readonly TableCell[];
}

/** A comparison that waits for its interval. */
interface Open {
  readonly cell: TableCell;
  readonly outcomes: PairOutcomes;
  readonly statistic: PairStatistic;
  readonly mcnemar: readonly SeedMcNemar[] | null;
}

const ROUNDING = 1e-6;

/**
 * Compares cells with the baseline's on stored pairs: `accuracy` where the outcomes of both are known, and `tar@…`. A cell
 * takes part if every seed of its difference has pairs in both rows. All rows and columns of a data set share resamples.
 *
 * Several seeds: McNemar's mid-p are combined as twice their median (L. Rüschendorf, "Random variables with maximum sums",
 * 1982; N. Meinshausen, L. Meier, P. Bühlmann, "p-values for high-dimensional regression", JASA 2009), since the seeds
 * meet the same pairs; the bootstrap takes the mean difference over the seeds, on the same identities.
 */
export function comparePairs(
  columns: readonly ComparedColumn[],
  outcomes: LoadedOutcomes["runs"],
): Map<TableCell, PairComparison> {
  const groups = new Map<PairOutcomes["pairs"], Open[]>();
  for (const { metric, base, cells } of columns) {
    for (const cell of cells) {
      const open = prepare(metric, { cell, base }, outcomes);
      if (open) groups.set(open.outcomes.pairs, [...groups.get(open.outcomes.pairs) ?? [], open]);
    }
  }
  const found = new Map<TableCell, PairComparison>();
  for (const [pairs, group] of groups) {
    const intervals = clusterBootstrap(pairs, group.map(({ statistic }) => statistic));
    group.forEach((open, i) => {
      const interval = intervals[i];
      if (interval) found.set(open.cell, comparison(open, interval));
    });
  }
  return found;
}

function prepare(
  metric: string,
  { cell, base }: { readonly cell: TableCell; readonly base: TableCell },
  outcomes: LoadedOutcomes["runs"],
): Open | undefined {
  const at = metric.indexOf("."), evaluation = metric.slice(0, at), name = metric.slice(at + 1);
  const far = /^tar@(.+)$/.exec(name)?.[1];
  if (!cell.delta || (name !== "accuracy" && far === undefined)) return undefined;
  const ofSeed = (from: TableCell, seed: number) =>
    outcomes.get(from.runs.find((run) => run.seed === seed)!.id)?.get(evaluation);
  const both = cell.delta.seeds.map((seed) => ({ seed, own: ofSeed(cell, seed), other: ofSeed(base, seed) }));
  const pairs = both[0]?.own?.pairs;
  if (!pairs || both.some(({ own, other }) => own?.pairs !== pairs || other?.pairs !== pairs)) return undefined;
  // A pair whose identities do not tell its kind, such as one of two distractors, cannot be drawn by identity.
  if (pairs.same.some((same, i) => (pairs.left[i] === pairs.right[i]) !== (same === 1))) return undefined;
  const first = both[0]!.own!;
  if (far !== undefined) {
    const statistics = both.map(({ own, other }) => tarDifference(pairs, own!.scores, other!.scores, Number(far)));
    const statistic = meanStatistic(statistics), value = statistic(new Float64Array(pairs.same.length).fill(1));
    // A definition with another rule, such as interpolation, is not what is resampled.
    if (!(Math.abs(value - cell.delta.mean) <= ROUNDING)) return undefined;
    return { cell, outcomes: first, statistic, mcnemar: null };
  }
  if (both.some(({ own, other }) => !own?.correct || !other?.correct)) return undefined;
  const average = (of: "own" | "other") =>
    Float64Array.from(pairs.same, (_, i) => both.reduce((sum, one) => sum + one[of]!.correct![i]!, 0) / both.length);
  return {
    cell,
    outcomes: first,
    statistic: accuracyDifference(pairs, average("own"), average("other")),
    mcnemar: both.map(({ seed, own, other }) => {
      const { b, c } = discordantCounts(own!.correct!, other!.correct!);
      return { seed, ...mcnemar(b, c) };
    }),
  };
}

function comparison({ cell, mcnemar }: Open, interval: BootstrapInterval): PairComparison {
  const { value, low, high, std, identities, pairs, resamples } = interval;
  const bootstrapP = std > 0 ? tTwoSided(value / std, identities - 1) : value === 0 ? 1 : 0;
  const mcnemarP = mcnemar && twiceMedian(mcnemar.map(({ midP }) => midP));
  return {
    delta: value,
    low,
    high,
    std,
    n: pairs,
    identities,
    resamples,
    seeds: cell.delta!.seeds,
    mcnemar,
    mcnemarP,
    bootstrapP,
    p: Math.max(bootstrapP, mcnemarP ?? 0),
  };
}

/**
 * One p-value as it is; of several twice their median, capped at 1.
 *
 * @example
 * ```ts
 * import { twiceMedian } from "./pair_comparison.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([twiceMedian([0.01]), twiceMedian([0.5, 0.01, 0.02]), twiceMedian([0.01, 0.03])], [0.01, 0.04, 0.04]);
 * ```
 */
export function twiceMedian(values: readonly number[]): number {
  if (values.length === 1) return values[0]!;
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length / 2;
  const median = half % 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return Math.min(1, 2 * median);
}
