/**
 * Holm's correction for many comparisons.
 *
 * @module
 */

/**
 * Adjusted p-values: with p₍₁₎ ≤ … ≤ p₍ₘ₎ the i-th is `min(1, max over j ≤ i of (m − j + 1) p₍ⱼ₎)`; those at most α are
 * rejected with a chance of at most α of any false rejection, however the tests depend on one another.
 *
 * Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 1979.
 *
 * @returns In the order of `p`.
 *
 * @example
 * ```ts
 * import { holm } from "./holm.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(holm([0.01, 0.5, 0.02]), [0.03, 0.5, 0.04]);
 * ```
 */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((i, j) => p[i]! - p[j]!);
  const adjusted = p.slice();
  let least = 0;
  order.forEach((i, rank) => {
    least = Math.max(least, Math.min(1, (p.length - rank) * p[i]!));
    adjusted[i] = least;
  });
  return adjusted;
}
