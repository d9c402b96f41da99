/**
 * Order statistics of timings.
 *
 * @module
 */

/** Median and quartiles of a sample. */
export interface Summary {
  /** Size of the sample. */
  readonly n: number;
  /** Lower quartile. */
  readonly q1: number;
  /** Median. */
  readonly median: number;
  /** Upper quartile. */
  readonly q3: number;
}

/**
 * Quantile `p` of sorted values, linear between neighbours: value at place `p·(n − 1)`.
 *
 * @throws {RangeError} if there are no values.
 */
export function quantile(sorted: readonly number[], p: number): number {
  if (sorted.length === 0) throw new RangeError("Cannot take a quantile: found no values, wanted at least one");
  const place = p * (sorted.length - 1), below = Math.floor(place);
  const low = sorted[below]!, high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/** Median and quartiles of values in any order. */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    n: sorted.length,
    q1: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    q3: quantile(sorted, 0.75),
  };
}

/** Summary of `a_i / b_i`, for samples taken in turn: what slows the machine for a while slows both of a pair. */
export function ratioOf(a: readonly number[], b: readonly number[]): Summary {
  const pairs = Math.min(a.length, b.length);
  return summarise(Array.from({ length: pairs }, (_, i) => a[i]! / b[i]!));
}
