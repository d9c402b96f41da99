/**
 * The interval of a mean over a few independent repetitions.
 *
 * @module
 */
import { mean, standardDeviation } from "./spread.ts";

/** `P(|T| ≤ t)` of Student's distribution with ν degrees of freedom; a finite sum for whole ν. */
function within(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom)), sine = Math.sin(angle), cosine = Math.cos(angle);
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1, sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < freedom; k += 2) {
    term *= cosine * cosine * (k - 1) / k;
    sum += term;
  }
  return odd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
}

/**
 * Half the width of the 95 % interval of a mean: `t_{0.975, n − 1} s / √n`, with s of ddof 1.
 *
 * Source: Student, "The probable error of a mean", Biometrika 1908; the sums are those of M. Abramowitz, I. Stegun,
 * "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
 *
 * @param values At least two.
 *
 * @example
 * ```ts
 * import { halfInterval } from "./student.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // s = 1, n = 3: 4.302653 / √3
 * assertAlmostEquals(halfInterval([1, 2, 3]), 2.484138, 1e-6);
 * ```
 */
export function halfInterval(values: ArrayLike<number>): number {
  const freedom = values.length - 1;
  let low = 0, high = 13;
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (within(middle, freedom) < 0.95) low = middle;
    else high = middle;
  }
  return high * standardDeviation(values, 1) / Math.sqrt(values.length);
}

/** The ends of the 95 % interval of the mean of at least two shares, cut to [0, 1]; see {@link halfInterval}. */
export function shareInterval(shares: ArrayLike<number>): readonly [low: number, high: number] {
  const centre = mean(shares), half = halfInterval(shares);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
