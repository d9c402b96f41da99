/**
 * The difference of two rows, paired by seed.
 *
 * @module
 */
import { type MeanInterval, meanInterval } from "./intervals.ts";
import { type SignFlipOptions, type SignFlipTest, signFlipTest } from "./sign_flip.ts";
import { tTwoSided } from "./student_t.ts";

/** A figure of one seed. */
export interface SeedValue {
  /** The seed. */
  readonly seed: number;
  /** The figure. */
  readonly value: number;
}

/** How far one row lies from another. */
export interface PairedDifference extends MeanInterval {
  /** The seeds that both rows have, in the order of the first. */
  readonly seeds: readonly number[];
  /** `d̄ / (s / √n)`; `null` for one seed, and where all differences are equal. */
  readonly t: number | null;
  /** Two-sided p-value of the paired t-test; `null` where t is. */
  readonly p: number | null;
  /** Sign-flip test of the same differences, with the least p-value that so many seeds can reach. */
  readonly signFlip: SignFlipTest;
}

/**
 * The difference a − b over the seeds that both have: mean, t-interval, paired t-test and sign-flip test.
 *
 * @param level Confidence of the interval, in (0, 1).
 * @returns `null` if no seed is in both.
 * @throws {RangeError} if the level is outside of (0, 1).
 *
 * @example
 * ```ts
 * import { pairedDifference } from "./paired.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bySeed = (...values: number[]) => values.map((value, seed) => ({ seed, value }));
 * const found = pairedDifference(bySeed(3, 5, 4), bySeed(1, 2, 3))!;
 * assertEquals([found.mean, found.n, found.signFlip.p], [2, 3, 0.25]);
 * ```
 */
export function pairedDifference(
  a: readonly SeedValue[],
  b: readonly SeedValue[],
  { level = 0.95, ...options }: SignFlipOptions & { readonly level?: number } = {},
): PairedDifference | null {
  const others = new Map(b.map(({ seed, value }) => [seed, value]));
  const shared = a.filter(({ seed }) => others.has(seed));
  const differences = shared.map(({ seed, value }) => value - others.get(seed)!);
  const signFlip = signFlipTest(differences, options);
  if (!signFlip) return null;
  const interval = meanInterval(differences, level);
  const { mean, std, n } = interval;
  const t = std === null || std === 0 ? null : mean / (std / Math.sqrt(n));
  const seeds = shared.map(({ seed }) => seed);
  return { ...interval, seeds, t, p: t === null ? null : tTwoSided(t, n - 1), signFlip };
}
