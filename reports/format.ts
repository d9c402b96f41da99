/**
 * Numbers as tables print them.
 *
 * @module
 */

/** Unit as a column's header shows it: a fraction is printed in percent. */
export function unitLabel(unit: string): string {
  return unit === "fraction" ? "%" : unit === "degree" ? "°" : unit;
}

/** Unit of a difference or a spread: percent points of a fraction. */
export function differenceLabel(unit: string): string {
  return unit === "fraction" ? "pp" : unitLabel(unit);
}

/**
 * Writes a figure: a fraction in percent and an angle with two decimals, anything else with four significant digits.
 *
 * @example
 * ```ts
 * import { formatValue } from "./format.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatValue(0.95234, "fraction"), "95.23");
 * assertEquals(formatValue(12.3456, "norm"), "12.35");
 * assertEquals(formatValue(8.8349, "degree"), "8.83");
 * ```
 */
export function formatValue(value: number, unit: string | null): string {
  const text = fixed(value, unit) ?? String(Number(value.toPrecision(4)));
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

/**
 * Writes a spread: of a fraction in percent points and of an angle with two decimals, of anything else with two
 * significant digits.
 */
export function formatSpread(value: number, unit: string | null): string {
  return fixed(value, unit) ?? String(Number(value.toPrecision(2)));
}

/** Two decimals, as the field prints percent and degrees; `undefined` for other units. */
function fixed(value: number, unit: string | null): string | undefined {
  if (unit === "fraction") return (100 * value).toFixed(2);
  return unit === "degree" ? value.toFixed(2) : undefined;
}

/** Writes a difference, with its sign. */
export function formatDelta(value: number, unit: string | null): string {
  const text = formatValue(value, unit);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}
