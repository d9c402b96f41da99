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

/** Share of all signs that reach the bound; the first keeps its sign, because a sum and its negative count alike. */
function shareOfAll(values: Float64Array, bound: number): number {
  const middle = values.length >>> 1;
  const left = signedSums(values.subarray(1, Math.max(1, middle)), values[0]!);
  const right = signedSums(values.subarray(Math.max(1, middle)), 0);
  let hits = 0;
  for (const a of left) {
    for (const b of right) if (Math.abs(a + b) >= bound) hits++;
  }
  return hits / (left.length * right.length);
}

/** `start ± v₁ ± v₂ …` for every choice of signs. */
function signedSums(values: Float64Array, start: number): Float64Array {
  const sums = new Float64Array(2 ** values.length).fill(start);
  values.forEach((value, i) => {
    for (let signs = 0; signs < sums.length; signs++) sums[signs]! += signs >>> i & 1 ? value : -value;
  });
  return sums;
}
