/**
 * Numbers as tables print them.
 *
 * @module
 */

/** Unit as a column's header shows it: a fraction is printed in percent. */
export function unitLabel(unit: string): string {
  return unit === "fraction" ? "%" : unit;
}

/**
 * Writes a figure: a fraction in percent with two decimals, anything else with four significant digits.
 *
 * @example
 * ```ts
 * import { formatValue } from "./format.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatValue(0.95234, "fraction"), "95.23");
 * assertEquals(formatValue(12.3456, "norm"), "12.35");
 * ```
 */
export function formatValue(value: number, unit: string | null): string {
  const text = unit === "fraction" ? (100 * value).toFixed(2) : String(Number(value.toPrecision(4)));
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

/** Writes a spread: of a fraction in percent points with two decimals, of anything else with two significant digits. */
export function formatSpread(value: number, unit: string | null): string {
  return unit === "fraction" ? (100 * value).toFixed(2) : String(Number(value.toPrecision(2)));
}

/** Writes a difference, with its sign. */
export function formatDelta(value: number, unit: string | null): string {
  const text = formatValue(value, unit);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}
