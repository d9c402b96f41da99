/**
 * Intervals from a few values of a normal population: of its mean, and of the next value.
 *
 * @module
 */
import { mean, standardDeviation } from "../../evaluation/spread.ts";
import { tQuantile } from "./student_t.ts";

/** Mean and interval of a few values. */
export interface MeanInterval {
  /** Arithmetic mean. */
  readonly mean: number;
  /** Standard deviation (ddof 1); `null` for one value. */
  readonly std: number | null;
  /** Half the width of the interval; `null` for one value. */
  readonly halfWidth: number | null;
  /** Lower end; `null` for one value. */
  readonly low: number | null;
  /** Upper end; `null` for one value. */
  readonly high: number | null;
  /** Number of values. */
  readonly n: number;
}

/** The interval of the next value, from the values so far. */
export interface PredictionInterval {
  /** Arithmetic mean. */
  readonly mean: number;
  /** Standard deviation (ddof 1). */
  readonly std: number;
  /** Half the width of the interval. */
  readonly halfWidth: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Number of values. */
  readonly n: number;
}

/**
 * The t-interval of a mean: `x̄ ± t_{(1 + level)/2, n − 1} s / √n`.
 *
 * Source: Student, "The probable error of a mean", Biometrika 1908.
 *
 * @param values At least one; from two on there is an interval.
 * @param level Confidence, in (0, 1).
 * @throws {RangeError} if there are no values, or the level is outside of (0, 1).
 *
 * @example
 * ```ts
 * import { meanInterval } from "./intervals.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(meanInterval([1, 2, 3]).halfWidth!, 4.302652729749 / Math.sqrt(3), 1e-9);
 * ```
 */
export function meanInterval(values: ArrayLike<number>, level = 0.95): MeanInterval {
  const { length: n } = values;
  if (n === 0) throw new RangeError("Cannot take the interval of a mean: found no values, wanted at least one");
  const centre = mean(values);
  if (n === 1) return { mean: centre, std: null, halfWidth: null, low: null, high: null, n };
  const std = standardDeviation(values, 1);
  const halfWidth = tQuantile(0.5 + level / 2, n - 1) * std / Math.sqrt(n);
  return { mean: centre, std, halfWidth, low: centre - halfWidth, high: centre + halfWidth, n };
}

/**
 * The interval in which one more value of the same population falls: `x̄ ± t_{(1 + level)/2, n − 1} s √(1 + 1/n)`.
 *
 * Source: G. J. Hahn, W. Q. Meeker, "Statistical Intervals", 1991, 4.7.
 *
 * @param level Confidence, in (0, 1).
 * @returns `null` for fewer than two values.
 * @throws {RangeError} if the level is outside of (0, 1).
 */
export function predictionInterval(values: ArrayLike<number>, level = 0.95): PredictionInterval | null {
  const { length: n } = values;
  if (n < 2) return null;
  const centre = mean(values), std = standardDeviation(values, 1);
  const halfWidth = tQuantile(0.5 + level / 2, n - 1) * std * Math.sqrt(1 + 1 / n);
  return { mean: centre, std, halfWidth, low: centre - halfWidth, high: centre + halfWidth, n };
}
