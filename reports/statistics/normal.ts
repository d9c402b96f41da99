/**
 * The standard normal distribution.
 *
 * @module
 */
import { assertProbability, solveIncreasing } from "./quantile.ts";

/** Density `φ(z) = exp(−z²/2) / √(2π)`. */
export function normalDensity(z: number): number {
  return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
}

/** `P(0 < Z < z)` by its series `φ(z) (z + z³/3 + z⁵/15 + …)`, all terms of one sign. */
function centre(z: number): number {
  let term = z, sum = z;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= z * z / k;
  return normalDensity(z) * sum;
}

/** `P(Z > z)` for z of 2 and more by Laplace's continued fraction, taken from its far end. */
function farTail(z: number): number {
  let fraction = z;
  for (let k = Math.ceil(30 + 400 / (z * z)); k > 0; k--) fraction = z + k / fraction;
  return normalDensity(z) / fraction;
}

/**
 * Upper tail `P(Z > z)`.
 *
 * Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 26.2.11 and 26.2.14.
 */
export function normalUpper(z: number): number {
  if (z >= 2) return z > 40 ? 0 : farTail(z);
  return z <= -2 ? 1 - normalUpper(-z) : 0.5 - centre(z);
}

/** Distribution function `Φ(z) = P(Z ≤ z)`. */
export function normalCdf(z: number): number {
  return normalUpper(-z);
}

/**
 * Quantile `Φ⁻¹(p)`.
 *
 * @throws {RangeError} unless p is in (0, 1).
 *
 * @example
 * ```ts
 * import { normalQuantile } from "./normal.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(normalQuantile(0.975), 1.959963984540054, 1e-12);
 * ```
 */
export function normalQuantile(p: number): number {
  assertProbability(p);
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  const z = tail > 0.25
    ? solveIncreasing(centre, normalDensity, { target: 0.5 - tail, high: 1 })
    : solveIncreasing((z) => -Math.log(normalUpper(z)), (z) => normalDensity(z) / normalUpper(z), {
      target: -Math.log(tail),
      high: 2,
    });
  return p < 0.5 ? -z : z;
}
