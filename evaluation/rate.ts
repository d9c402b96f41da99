/**
 * Names of metrics at a rate.
 *
 * @module
 */

/**
 * Writes a rate in its one canonical form: shortest digits, exponent always.
 *
 * @example
 * ```ts
 * import { formatRate } from "./rate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatRate(0.001), "1e-3");
 * assertEquals(formatRate(0.025), "2.5e-2");
 * ```
 */
export function formatRate(rate: number): string {
  return rate.toExponential();
}

/**
 * Writes a number of things in the same form, without the plus sign: 1000000 is `1e6`, 300 is `3e2`.
 *
 * @example
 * ```ts
 * import { formatCount } from "./rate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatCount(1_000_000), "1e6");
 * ```
 */
export function formatCount(count: number): string {
  return count.toExponential().replace("+", "");
}
