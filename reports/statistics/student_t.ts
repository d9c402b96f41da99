/**
 * Student's t distribution, central and not.
 *
 * @module
 */
import { betaTails, stirlingError } from "./beta.ts";
import { normalUpper } from "./normal.ts";
import { assertProbability, solveIncreasing } from "./quantile.ts";

function assertFreedom(freedom: number): void {
  if (!(freedom > 0 && freedom < Infinity)) {
    throw new RangeError(`Cannot use ${freedom} degrees of freedom: wanted a finite number above 0`);
  }
}

/** `[P(|T| > t), P(|T| ≤ t)]`. */
function tails(t: number, freedom: number): readonly [outer: number, inner: number] {
  const square = t * t, all = freedom + square;
  return betaTails(freedom / all, square / all, freedom / 2, 0.5);
}

/** Density of Student's t with ν degrees of freedom: `Γ((ν+1)/2) / (√(νπ) Γ(ν/2)) · (1 + t²/ν)^(−(ν+1)/2)`. */
export function tDensity(t: number, freedom: number): number {
  const a = freedom / 2;
  // Γ(a + ½) / Γ(a), of Stirling's formula.
  const ratio = Math.sqrt(a) *
    Math.exp(a * Math.log1p(0.5 / a) - 0.5 + stirlingError(a + 0.5) - stirlingError(a));
  return ratio / Math.sqrt(freedom * Math.PI) * Math.exp(-(a + 0.5) * Math.log1p(t * t / freedom));
}

/**
 * Two-sided p-value `P(|T| > |t|)` of Student's t with ν degrees of freedom: `I_{ν/(ν + t²)}(ν/2, ½)`.
 *
 * Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 26.7.1.
 *
 * @throws {RangeError} unless ν is above 0.
 */
export function tTwoSided(t: number, freedom: number): number {
  assertFreedom(freedom);
  return tails(t, freedom)[0];
}

/**
 * Distribution function `P(T ≤ t)` of Student's t with ν degrees of freedom.
 *
 * @throws {RangeError} unless ν is above 0.
 */
export function tCdf(t: number, freedom: number): number {
  assertFreedom(freedom);
  const [outer, inner] = tails(t, freedom);
  return t < 0 ? outer / 2 : 0.5 + inner / 2;
}

/**
 * Quantile of Student's t with ν degrees of freedom.
 *
 * @throws {RangeError} unless p is in (0, 1) and ν above 0.
 *
 * @example
 * ```ts
 * import { tQuantile } from "./student_t.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(tQuantile(0.975, 4), 2.7764451051977987, 1e-12);
 * ```
 */
export function tQuantile(p: number, freedom: number): number {
  assertProbability(p);
  assertFreedom(freedom);
  if (p === 0.5) return 0;
  const key = `${p} ${freedom}`, known = quantiles.get(key);
  if (known !== undefined) return known;
  const outer = 2 * Math.min(p, 1 - p);
  const t = outer > 0.5
    ? solveIncreasing((t) => tails(t, freedom)[1], (t) => 2 * tDensity(t, freedom), { target: 1 - outer, high: 1 })
    // The logarithm of the tail over that of t is nearly straight, far out as well.
    : Math.exp(solveTail(Math.log(outer), freedom));
  if (quantiles.size >= KNOWN_QUANTILES) quantiles.clear();
  quantiles.set(key, p < 0.5 ? -t : t);
  return p < 0.5 ? -t : t;
}

/** Quantiles that were found before: a table asks for the same ones in every cell. */
const quantiles = new Map<string, number>(), KNOWN_QUANTILES = 1000;

/** The ln t with `ln P(|T| > t) = target`. */
function solveTail(target: number, freedom: number): number {
  const offset = Math.log(0.1);
  const at = (u: number) => Math.exp(u + offset);
  return offset + solveIncreasing(
    (u) => -Math.log(tails(at(u), freedom)[0]),
    (u) => 2 * tDensity(at(u), freedom) * at(u) / tails(at(u), freedom)[0],
    { target: -target, high: 4 },
  );
}

/**
 * Upper tail `P(T′ > t)` of the noncentral t: T′ = (Z + δ) / √(χ²_ν / ν), the integral of `Φ(δ − t s)` over the
 * density of `s = √(χ²_ν / ν)`, by the trapezoidal rule in ln s, whose error falls exponentially there.
 *
 * Source: B. L. Welch, N. L. Johnson, "Applications of the non-central t-distribution", Biometrika 1940.
 *
 * @param t Any number.
 * @param freedom ν, above 0.
 * @param delta Noncentrality δ.
 * @throws {RangeError} unless ν is above 0.
 */
export function noncentralTUpper(t: number, freedom: number, delta: number): number {
  assertFreedom(freedom);
  const a = freedom / 2;
  const scale = 2 * Math.sqrt(a / (2 * Math.PI)) * Math.exp(-stirlingError(a));
  const density = (u: number) => Math.exp(-a * (Math.expm1(2 * u) - 2 * u));
  const width = Math.min(1, 1 / Math.sqrt(2 * freedom), 1 / Math.max(1, Math.abs(delta)));
  const step = width / 6;
  let sum = 0;
  for (let k = 0;; k++) {
    const weight = density(k * step);
    if (weight < 1e-20) break;
    sum += weight * normalUpper(t * Math.exp(k * step) - delta);
  }
  for (let k = -1;; k--) {
    const weight = density(k * step);
    if (weight < 1e-20) break;
    sum += weight * normalUpper(t * Math.exp(k * step) - delta);
  }
  return scale * step * sum;
}
