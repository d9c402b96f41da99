/**
 * The randomisation test of paired differences: under the null hypothesis each difference may as well have the other
 * sign.
 *
 * @module
 */
import { createRandom } from "../../tensor/random.ts";

/** Up to so many differences all 2ⁿ signs are tried. */
const EXACT_UP_TO = 20;

/** What the test says. */
export interface SignFlipTest {
  /** Two-sided p-value. */
  readonly p: number;
  /** Whether all 2ⁿ signs were tried, rather than a sample of them. */
  readonly exact: boolean;
  /** The smallest p-value that n differences can give; see {@link signFlipFloor}. */
  readonly floor: number;
}

/** How {@link signFlipTest} samples where it cannot try all signs. */
export interface SignFlipOptions {
  /** Seed of the sample. */
  readonly seed?: number;
  /** Size of the sample. */
  readonly resamples?: number;
}

/** The smallest two-sided p-value that the sign-flip test of n differences can give: `min(1, 2 / 2ⁿ)`. */
export function signFlipFloor(n: number): number {
  return Math.min(1, 2 ** (1 - n));
}

/**
 * The fewest seeds with which a sign-flip test can reach a level, where that is shared by so many comparisons: Holm
 * multiplies the least of their p-values by their number.
 *
 * @example
 * ```ts
 * import { signFlipSeeds } from "./sign_flip.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([signFlipSeeds(0.05, 1), signFlipSeeds(0.05, 19)], [6, 10]);
 * ```
 */
export function signFlipSeeds(alpha: number, comparisons: number): number {
  return Math.ceil(1 - Math.log2(alpha / comparisons));
}

/**
 * Sign-flip test that the differences lie symmetrically about 0: the share of all choices of signs with
 * `|Σ ± dᵢ| ≥ |Σ dᵢ|`; above 20 differences that of a sample, `(1 + hits) / (1 + resamples)`.
 *
 * Source: R. A. Fisher, "The Design of Experiments", 1935, 21; B. Phipson, G. K. Smyth, "Permutation p-values should
 * never be zero", SAGMB 2010, for the sample.
 *
 * @returns `null` if there are no differences.
 *
 * @example
 * ```ts
 * import { signFlipTest } from "./sign_flip.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(signFlipTest([1, 2, 3, 4, 5]), { p: 0.0625, exact: true, floor: 0.0625 });
 * ```
 */
export function signFlipTest(
  differences: ArrayLike<number>,
  { seed = 0, resamples = 99_999 }: SignFlipOptions = {},
): SignFlipTest | null {
  const values = Float64Array.from(differences), floor = signFlipFloor(values.length);
  if (values.length === 0) return null;
  const size = values.reduce((sum, value) => sum + Math.abs(value), 0);
  // Sums that are equal but for rounding count as equal.
  const bound = Math.abs(values.reduce((sum, value) => sum + value, 0)) - 1e-12 * size;
  if (values.length <= EXACT_UP_TO) return { p: shareOfAll(values, bound), exact: true, floor };
  const random = createRandom(seed, "sign-flip");
  let hits = 1;
  for (let r = 0; r < resamples; r++) {
    let sum = 0, bits = 0;
    for (let i = 0; i < values.length; i++) {
      bits = i % 32 === 0 ? random.uint32() : bits >>> 1;
      sum += bits & 1 ? values[i]! : -values[i]!;
    }
    if (Math.abs(sum) >= bound) hits++;
  }
  return { p: hits / (resamples + 1), exact: false, floor };
}

/**
 * Share of all signs that reach the bound; the first keeps its sign, because a sum and its negative count alike. The sums
 * of one half are looked up among the sorted ones of the other, so that n differences take 2^(n/2) sums.
 */
function shareOfAll(values: Float64Array, bound: number): number {
  if (bound <= 0) return 1;
  const middle = values.length >>> 1, others = signedSums(values.subarray(middle + 1), 0).sort();
  let hits = 0;
  for (const sum of signedSums(values.subarray(1, middle + 1), values[0]!)) {
    hits += others.length - countBelow(others, bound - sum) + countBelow(others, -bound - sum, true);
  }
  return hits / 2 ** (values.length - 1);
}

/** The 2ⁿ sums of values with either sign, each added to `start`. */
function signedSums(values: Float64Array, start: number): Float64Array {
  const sums = new Float64Array(2 ** values.length);
  sums[0] = start;
  for (let i = 0, known = 1; i < values.length; i++, known *= 2) {
    for (let k = 0; k < known; k++) {
      sums[known + k] = sums[k]! - values[i]!;
      sums[k] = sums[k]! + values[i]!;
    }
  }
  return sums;
}

/** How many of ascending values lie below a bound, or, where it is included, at it too. */
function countBelow(ascending: Float64Array, bound: number, included = false): number {
  let low = 0, high = ascending.length;
  while (low < high) {
    const at = (low + high) >>> 1, value = ascending[at]!;
    if (value < bound || (included && value === bound)) low = at + 1;
    else high = at;
  }
  return low;
}
