/**
 * Intervals for differences on pairs that share identities.
 *
 * @module
 */
import { standardDeviation } from "../../evaluation/spread.ts";
import { createRandom } from "../../tensor/random.ts";
import { normalCdf } from "./normal.ts";
import type { PairIdentities, PairStatistic } from "./pair_statistics.ts";
import { drawMultiplicities, dyadWeights, identityWeights, type PairGraph, pairGraph } from "./resample.ts";
import { tQuantile } from "./student_t.ts";

/** How {@link clusterBootstrap} resamples. */
export interface BootstrapOptions {
  /** Confidence, in (0, 1). */
  readonly level?: number;
  /** Resamples of identities, and as many of dyads. */
  readonly resamples?: number;
  /** Seed of the resamples. */
  readonly seed?: number;
}

/** An interval by {@link clusterBootstrap}. */
export interface BootstrapInterval {
  /** The statistic of the pairs as they are. */
  readonly value: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Standard error: that of the resamples of identities, times `shrink`. */
  readonly std: number;
  /** What the resamples' deviations were multiplied by, `κ`. */
  readonly shrink: number;
  /** Number of identities. */
  readonly identities: number;
  /** Number of pairs. */
  readonly pairs: number;
  /** Resamples in which the statistic was defined. */
  readonly resamples: number;
}

/**
 * Bootstrap intervals of statistics of pairs, clustered by identity.
 *
 * Identities, not pairs, are drawn with replacement; an impostor pair counts `m_i m_j` times, a genuine one `m_i` times
 * (the vertex bootstrap of Snijders and Borgatti, without the pairs of an identity with its own copy, which no test set
 * has). This gives the covariance of pairs that share an identity its right weight, but the noise of an impostor pair
 * itself three times its variance, once for each identity and once for their product. That surplus is measured by
 * drawing dyads (couples of identities) in place of identities, and taken out, as multiway clustering does:
 * `V = V_identities − 2 V_dyads`, at least `V_identities / 3`. All deviations are then multiplied by
 * `κ = √(V / V_identities)`. The interval is `T + κ (T* − T)` between percentiles, whose level is widened for the number of
 * identities as Student's t and ddof 1 widen that of a mean (Hesterberg's expanded percentiles).
 *
 * Source: T. A. B. Snijders, S. P. Borgatti, "Non-parametric standard errors and tests for network statistics",
 * Connections 1999; A. B. Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 2007, for the factor of three;
 * P. Aronow, C. Samii, V. Assenova, "Cluster-robust variance estimation for dyadic data", Political Analysis 2015, for
 * the sum over dyads; T. Hesterberg, "What teachers should know about the bootstrap", The American Statistician 2015;
 * R. Bolle, N. Ratha, S. Pankanti, "Error analysis of pattern recognition systems: the subsets bootstrap", CVIU 2004,
 * for why pairs of one person are not independent.
 *
 * @param statistics Statistics of the same pairs; they share the resamples.
 * @returns One a statistic; `null` where fewer than half of the resamples define it, or there is one identity alone.
 * @throws {RangeError} if the level is outside of (0, 1), or there are fewer than two resamples.
 */
export function clusterBootstrap(
  pairs: PairIdentities,
  statistics: readonly PairStatistic[],
  { level = 0.95, resamples = 2000, seed = 0 }: BootstrapOptions = {},
): (BootstrapInterval | null)[] {
  if (!(level > 0 && level < 1)) throw new RangeError(`Cannot use level ${level}: wanted a number in (0, 1)`);
  if (!(resamples >= 2)) throw new RangeError(`Cannot use ${resamples} resamples: wanted at least two`);
  const graph = pairGraph(pairs), count = graph.left.length;
  if (graph.identities < 2) return statistics.map(() => null);
  const ones = new Float64Array(count).fill(1);
  const byIdentity = resampled(graph, statistics, { resamples, seed, unit: "identities" });
  const byDyad = resampled(graph, statistics, { resamples, seed, unit: "dyads" });
  const tail = expandedTail((1 - level) / 2, graph.identities);
  return statistics.map((statistic, s) => {
    const value = statistic(ones), values = byIdentity[s]!.filter(Number.isFinite).sort();
    const ofDyads = byDyad[s]!.filter(Number.isFinite);
    if (values.length < resamples / 2 || !Number.isFinite(value)) return null;
    const spread = standardDeviation(values, 1);
    const surplus = ofDyads.length > 1 && spread > 0 ? 2 * (standardDeviation(ofDyads, 1) / spread) ** 2 : 0;
    const shrink = Math.sqrt(Math.max(1 - surplus, 1 / 3));
    return {
      value,
      low: value + shrink * (quantile(values, tail) - value),
      high: value + shrink * (quantile(values, 1 - tail) - value),
      std: shrink * spread,
      shrink,
      identities: graph.identities,
      pairs: count,
      resamples: values.length,
    };
  });
}

/** Values of each statistic on each resample. */
function resampled(
  graph: PairGraph,
  statistics: readonly PairStatistic[],
  { resamples, seed, unit }: {
    readonly resamples: number;
    readonly seed: number;
    readonly unit: "identities" | "dyads";
  },
): Float64Array[] {
  const drawn = new Uint16Array(graph[unit]), weights = new Float64Array(graph.left.length);
  const values = statistics.map(() => new Float64Array(resamples));
  const random = createRandom(seed, `bootstrap/${unit}`);
  for (let r = 0; r < resamples; r++) {
    drawMultiplicities(random, drawn);
    (unit === "identities" ? identityWeights : dyadWeights)(graph, drawn, weights);
    statistics.forEach((statistic, s) => values[s]![r] = statistic(weights));
  }
  return values;
}

/** The tail whose percentile is as far out as Student's t of n units with ddof 1: `Φ(−√(n/(n − 1)) t_{1−α, n−1})`. */
function expandedTail(alpha: number, n: number): number {
  return normalCdf(-Math.sqrt(n / (n - 1)) * tQuantile(1 - alpha, n - 1));
}

/** Quantile of ascending values, linear between neighbours at place `p (n − 1)`. */
function quantile(ascending: Float64Array, p: number): number {
  const place = p * (ascending.length - 1), below = Math.floor(place);
  const low = ascending[below]!, high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return low + (high - low) * (place - below);
}
