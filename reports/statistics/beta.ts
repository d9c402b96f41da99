/**
 * The incomplete beta function, from which the tails of Student's and the binomial distribution come.
 *
 * @module
 */

/** `½ ln 2π`. */
const HALF_LOG_TWO_PI = 0.918938533204672741780;

/** Coefficients of Stirling's series: `B₂ₖ / (2k (2k − 1))` for k = 1 … 8. */
const STIRLING: readonly number[] = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
];

/**
 * What Stirling's formula leaves out: `ln Γ(a + 1) − (a + ½) ln a + a − ½ ln 2π`, for a > 0.
 *
 * Source: C. Loader, "Fast and accurate computation of binomial probabilities", 2000. Below 16 the recursion
 * `δ(a) = δ(a + 1) + (a + ½) ln(1 + 1/a) − 1` leads up to where the series holds.
 */
export function stirlingError(a: number): number {
  let shift = 0;
  while (a < 16) shift += (a + 0.5) * Math.log1p(1 / a) - 1, a++;
  const square = 1 / (a * a);
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum * square + STIRLING[k]!;
  return shift + sum / a;
}

/** `ln Γ(a)` for a > 0. */
export function logGamma(a: number): number {
  return stirlingError(a) + (a - 0.5) * Math.log(a) - a + HALF_LOG_TWO_PI;
}

/**
 * The deviance `k ln(k / m) + m − k` of a count from its expectation, with no cancellation where the two are near.
 *
 * Source: C. Loader, as above.
 *
 * @param k At least 0.
 * @param m Above 0.
 */
export function deviance(k: number, m: number): number {
  if (k === 0) return m;
  const gap = k - m;
  if (Math.abs(gap) > 0.1 * (k + m)) return k * Math.log(k / m) - gap;
  // With v = (k − m) / (k + m): ln(k / m) = 2 (v + v³/3 + v⁵/5 + …).
  const v = gap / (k + m);
  let sum = gap * v, power = 2 * k * v;
  for (let j = 3;; j += 2) {
    power *= v * v;
    const next = sum + power / j;
    if (next === sum) return sum;
    sum = next;
  }
}

/** `x^a y^b / B(a, b)` with y = 1 − x given, so that neither end loses digits. */
function betaWeight(x: number, y: number, a: number, b: number): number {
  const n = a + b;
  const error = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return Math.sqrt(a / n * b / (2 * Math.PI)) * Math.exp(error - deviance(a, n * x) - deviance(b, n * y));
}

/** `I_x(a, b)` by a continued fraction, which converges fast left of the mean; by modified Lentz. */
function lowerTail(x: number, y: number, a: number, b: number): number {
  const tiny = 1e-300, slope = a * y - b * x + 1;
  let f = a * slope / (a + 1) || tiny, c = f, d = 0;
  for (let n = 1; n < 100_000; n++) {
    const odd = a + 2 * n - 1;
    const numerator = (a + n - 1) * (a + b + n - 1) * n * (b - n) * x * x / (odd * odd);
    const denominator = n + n * (b - n) * x / odd + (a + n) * (slope + n * (1 + y)) / (odd + 2);
    d = 1 / (denominator + numerator * d || tiny);
    c = denominator + numerator / c || tiny;
    const step = c * d;
    f *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return betaWeight(x, y, a, b) / f;
}

/**
 * Both tails of the beta distribution: `I_x(a, b)` and `1 − I_x(a, b)`, the smaller with all its digits.
 *
 * Source: A. DiDonato, A. Morris, "Significant digit computation of the incomplete beta function ratios", ACM TOMS
 * 1992, the continued fraction (BFRAC); C. Loader for the weight before it.
 *
 * @param x In [0, 1].
 * @param y `1 − x`, given because it may be known with more digits.
 * @param a Above 0.
 * @param b Above 0.
 */
export function betaTails(x: number, y: number, a: number, b: number): readonly [lower: number, upper: number] {
  if (x <= 0) return [0, 1];
  if (y <= 0) return [1, 0];
  if (x * (a + b) <= a) {
    const lower = lowerTail(x, y, a, b);
    return [lower, 1 - lower];
  }
  const upper = lowerTail(y, x, b, a);
  return [1 - upper, upper];
}
