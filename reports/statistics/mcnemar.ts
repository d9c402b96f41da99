/**
 * McNemar's test: whether two networks err on different pairs equally often.
 *
 * @module
 */
import { binomialCdf, binomialProbability } from "./binomial.ts";

/** The units that exactly one of two networks has right. */
export interface DiscordantCounts {
  /** The first is right, the second wrong. */
  readonly b: number;
  /** The second is right, the first wrong. */
  readonly c: number;
}

/** What the test says. */
export interface McNemarTest extends DiscordantCounts {
  /** Exact two-sided p-value: `min(1, 2 P(X ≤ min(b, c)))`, X binomial of b + c trials with ½. */
  readonly exact: number;
  /** Two-sided mid-p: what is more extreme, and half of what is as extreme. */
  readonly midP: number;
}

/**
 * McNemar's test, exact and mid-p. The exact one never exceeds its level and is conservative; the mid-p is nearer.
 * Both take the units for independent: pairs that share identities are not, see `clusterBootstrap`.
 *
 * Source: Q. McNemar, Psychometrika 1947; M. W. Fagerland, S. Lydersen, P. Laake, "The McNemar test for binary
 * matched-pairs data: mid-p and asymptotic are better than exact conditional", BMC Medical Research Methodology 2013.
 *
 * @param b Units that only the first has right.
 * @param c Units that only the second has right.
 * @throws {RangeError} unless both are whole numbers from 0.
 *
 * @example
 * ```ts
 * import { mcnemar } from "./mcnemar.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // Airway hyper-responsiveness before and after a transplantation, in Fagerland et al.
 * assertAlmostEquals(mcnemar(1, 7).exact, 0.0703125, 1e-12);
 * assertAlmostEquals(mcnemar(1, 7).midP, 0.0390625, 1e-12);
 * ```
 */
export function mcnemar(b: number, c: number): McNemarTest {
  for (const count of [b, c]) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`Cannot test counts ${b} and ${c}: found ${count}, wanted whole numbers from 0`);
    }
  }
  const n = b + c, least = Math.min(b, c);
  const exact = Math.min(1, 2 * binomialCdf(least, n, 0.5)), as = binomialProbability(least, n, 0.5);
  return { b, c, exact, midP: n === 0 ? 1 : b === c ? 1 - as / 2 : exact - as };
}

/**
 * Counts the units that exactly one of two networks has right.
 *
 * @param first 1 where the first is right, else 0.
 * @param second 1 where the second is right, else 0; as long as `first`.
 * @throws {TypeError} if their lengths differ.
 */
export function discordantCounts(first: ArrayLike<number>, second: ArrayLike<number>): DiscordantCounts {
  if (first.length !== second.length) {
    throw new TypeError(
      `Cannot compare outcomes: found ${first.length} and ${second.length} of them, wanted those of the same units`,
    );
  }
  let b = 0, c = 0;
  for (let i = 0; i < first.length; i++) {
    if (first[i] && !second[i]) b++;
    else if (!first[i] && second[i]) c++;
  }
  return { b, c };
}
