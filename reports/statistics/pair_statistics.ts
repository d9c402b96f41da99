/**
 * Differences of two networks on the same pairs, as functions of the weights of the pairs.
 *
 * @module
 */
import { acceptedBelow } from "../../evaluation/roc.ts";

/** Identities of the two images of each pair; a pair is genuine where they are equal. */
export interface PairIdentities {
  /** Identity of the first image. */
  readonly left: ArrayLike<number>;
  /** Identity of the second image. */
  readonly right: ArrayLike<number>;
}

/** A statistic of weighted pairs; with all weights 1 it is the figure itself. Not finite where it is not defined. */
export type PairStatistic = (weights: Float64Array) => number;

/** Numbers of the genuine and of the impostor pairs. */
function split({ left, right }: PairIdentities): { readonly same: Int32Array; readonly different: Int32Array } {
  const all = Int32Array.from({ length: left.length }, (_, pair) => pair);
  return {
    same: all.filter((pair) => left[pair] === right[pair]),
    different: all.filter((pair) => left[pair] !== right[pair]),
  };
}

function assertParallel({ left, right }: PairIdentities, ...values: readonly ArrayLike<number>[]): void {
  const lengths = [left, right, ...values].map(({ length }) => length);
  if (lengths.some((length) => length !== lengths[0])) {
    throw new TypeError(`Cannot compare pairs: found arrays of lengths ${lengths.join(", ")}, wanted equal lengths`);
  }
}

/**
 * Difference of accuracies, first minus second, `π_s Σ w d / Σ w + π_d Σ w d / Σ w`: the weighted means over genuine
 * and over impostor pairs, in the shares π that the pairs have, which a test set fixes.
 *
 * @param first 1 where the first network decides rightly, else 0; a mean over seeds does as well.
 * @param second The same of the second network.
 * @throws {TypeError} if the lengths differ.
 */
export function accuracyDifference(
  pairs: PairIdentities,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): PairStatistic {
  assertParallel(pairs, first, second);
  const difference = Float64Array.from({ length: first.length }, (_, pair) => first[pair]! - second[pair]!);
  const groups = Object.values(split(pairs)).filter(({ length }) => length > 0);
  return (weights) => {
    let value = 0;
    for (const group of groups) {
      let sum = 0, total = 0;
      for (let i = 0; i < group.length; i++) {
        const pair = group[i]!, weight = weights[pair]!;
        sum += weight * difference[pair]!;
        total += weight;
      }
      value += group.length / difference.length * (sum / total);
    }
    return value;
  };
}

/**
 * Difference of true accept rates at a false accept rate, first minus second. Each network's threshold is set anew by
 * the weighted impostor pairs: the least distance at which more than `FAR · Σ w` of them would be accepted; genuine
 * pairs strictly below it are accepted. With all weights 1 each rate is `tarAtFar` of the evaluations.
 *
 * @param first Distances of the first network, lower is closer, as the scores that runs keep.
 * @param second The same of the second network.
 * @param far False accept rate, in (0, 1).
 * @throws {TypeError} if the lengths differ; `RangeError` if the rate is outside of (0, 1), or a kind of pair lacks.
 */
export function tarDifference(
  pairs: PairIdentities,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  far: number,
): PairStatistic {
  assertParallel(pairs, first, second);
  if (!(far > 0 && far < 1)) throw new RangeError(`Cannot use false accept rate ${far}: wanted a number in (0, 1)`);
  const { same, different } = split(pairs);
  if (same.length === 0 || different.length === 0) {
    throw new RangeError(
      `Cannot take true accept rates: found ${same.length} genuine and ${different.length} impostor pairs, wanted both`,
    );
  }
  const a = tarOf(same, different, first), b = tarOf(same, different, second);
  return (weights) => a(weights, far) - b(weights, far);
}

/** The weighted true accept rate of one network. */
function tarOf(
  samePairs: Int32Array,
  differentPairs: Int32Array,
  distances: ArrayLike<number>,
): (weights: Float64Array, far: number) => number {
  const byDistance = (i: number, j: number) => distances[i]! - distances[j]!;
  const same = samePairs.slice().sort(byDistance), different = differentPairs.slice().sort(byDistance);
  const ascending = Float64Array.from(same, (pair) => distances[pair]!);
  // How many genuine pairs lie below each impostor pair.
  const below = Int32Array.from(different, (pair) => acceptedBelow(ascending, distances[pair]!));
  return (weights, far) => {
    let impostors = 0;
    for (let i = 0; i < different.length; i++) impostors += weights[different[i]!]!;
    const allowed = far * impostors + 1e-9;
    let at = 0, passed = weights[different[0]!]!;
    while (passed <= allowed && at < different.length - 1) passed += weights[different[++at]!]!;
    let accepted = 0, genuine = 0;
    for (let i = 0; i < same.length; i++) {
      const weight = weights[same[i]!]!;
      genuine += weight;
      if (i < below[at]!) accepted += weight;
    }
    return impostors > 0 ? accepted / genuine : NaN;
  };
}

/** The mean of statistics, such as those of the seeds of two rows. */
export function meanStatistic(statistics: readonly PairStatistic[]): PairStatistic {
  return (weights) => statistics.reduce((sum, statistic) => sum + statistic(weights), 0) / statistics.length;
}
