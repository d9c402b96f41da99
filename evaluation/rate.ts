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
