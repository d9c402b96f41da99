/**
 * The binomial distribution, and intervals of a share.
 *
 * @module
 */
import { betaTails, deviance, stirlingError } from "./beta.ts";
import { normalQuantile } from "./normal.ts";

function assertBinomial(n: number, p: number): void {
  if (!(Number.isSafeInteger(n) && n >= 0)) {
    throw new RangeError(`Cannot use ${n} trials: wanted a whole number from 0`);
  }
  if (!(p >= 0 && p <= 1)) throw new RangeError(`Cannot use probability ${p}: wanted a number from 0 to 1`);
}

/**
 * Probability of exactly k successes, `C(n, k) p^k (1 − p)^(n − k)`, for 0 ≤ k ≤ n.
 *
 * Source: C. Loader, "Fast and accurate computation of binomial probabilities", 2000.
 *
 * @throws {RangeError} unless n is a whole number from 0 and p in [0, 1].
 */
export function binomialProbability(k: number, n: number, p: number): number {
  assertBinomial(n, p);
  const q = 1 - p;
  if (p === 0 || q === 0) return k === (p === 0 ? 0 : n) ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const error = stirlingError(n) - stirlingError(k) - stirlingError(n - k);
  const exponent = error - deviance(k, n * p) - deviance(n - k, n * q);
  return Math.sqrt(n / (2 * Math.PI * k * (n - k))) * Math.exp(exponent);
}

/**
 * Distribution function `P(X ≤ k) = I_{1−p}(n − k, k + 1)` of n trials with probability p, exact.
 *
 * @throws {RangeError} unless n is a whole number from 0 and p in [0, 1].
 */
export function binomialCdf(k: number, n: number, p: number): number {
  assertBinomial(n, p);
  if (k < 0) return 0;
  return k >= n ? 1 : betaTails(1 - p, p, n - Math.floor(k), Math.floor(k) + 1)[0];
}

/** The interval of a share, and half of its width. */
export interface BinomialInterval {
  /** Lower end of Wilson's interval. */
  readonly low: number;
  /** Upper end of Wilson's interval. */
  readonly high: number;
  /** Half the width of Wilson's interval: what is printed as ±. Above 0 even at a share of 0 or 1. */
  readonly halfWidth: number;
  /** Wald's half width `z √(p (1 − p) / n)`, which papers print; 0 at a share of 0 or 1, and too small near them. */
  readonly wald: number;
}

/**
 * Interval of a share that was measured on n independent units:
 * `(p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n)`.
 *
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927; of the
 * intervals in L. D. Brown, T. T. Cai, A. DasGupta, "Interval estimation for a binomial proportion", Statistical
 * Science 2001, one that holds its level at small n and near 0 and 1.
 *
 * @param p The share, in [0, 1].
 * @param n Number of units, such as the pairs of a test set; above 0.
 * @throws {RangeError} if p is outside of [0, 1], or n is not above 0.
 */
export function binomialInterval(p: number, n: number, level = 0.95): BinomialInterval {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`Cannot use share ${p}: wanted a number from 0 to 1`);
  if (!(n > 0)) throw new RangeError(`Cannot take the interval of a share of ${n} units: wanted a number above 0`);
  const z = normalQuantile(0.5 + level / 2), variance = p * (1 - p) / n;
  const shrink = 1 + z * z / n, centre = (p + z * z / (2 * n)) / shrink;
  const halfWidth = z * Math.sqrt(variance + z * z / (4 * n * n)) / shrink;
  return {
    low: Math.max(0, centre - halfWidth),
    high: Math.min(1, centre + halfWidth),
    halfWidth,
    wald: z * Math.sqrt(variance),
  };
}

/**
 * The ± of a published share whose test set has n units: half the width of Wilson's interval; see
 * {@link binomialInterval}.
 *
 * @throws {RangeError} if p is outside of [0, 1], or n is not above 0.
 *
 * @example
 * ```ts
 * import { binomialHalfWidth } from "./binomial.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // 99.83 % of LFW's 6000 pairs: ± 0.11 points.
 * assertAlmostEquals(binomialHalfWidth(0.9983, 6000), 0.0011, 5e-5);
 * ```
 */
export function binomialHalfWidth(p: number, n: number, level = 0.95): number {
  return binomialInterval(p, n, level).halfWidth;
}
