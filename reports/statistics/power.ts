/**
 * How many seeds or pairs show a difference.
 *
 * @module
 */
import { normalCdf, normalQuantile } from "./normal.ts";
import { noncentralTUpper, tQuantile } from "./student_t.ts";

/** What a test is to hold. */
export interface PowerOptions {
  /** Two-sided level of the test. */
  readonly alpha?: number;
  /** Chance to find the difference if it is there. */
  readonly power?: number;
}

/** No plan has more seeds or pairs than this. */
const MOST = 2 ** 40;

/** @throws {RangeError} unless the numbers are probabilities. */
function assertPower({ alpha, power }: Required<PowerOptions>): void {
  for (const [name, value] of Object.entries({ alpha, power })) {
    if (!(value > 0 && value < 1)) throw new RangeError(`Cannot use ${name} ${value}: wanted a number in (0, 1)`);
  }
  if (power <= alpha) throw new RangeError(`Cannot use power ${power}: wanted more than alpha, which is ${alpha}`);
}

/**
 * Power of the two-sided paired t-test with n seeds: `P(|T′| > t_{1−α/2, n−1})`, T′ noncentral with `δ = effect √n`.
 *
 * Source: J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, 2.
 *
 * @param effect Difference over the standard deviation of the differences.
 * @param n Number of seeds, 2 and more; need not be whole.
 */
export function pairedPower(effect: number, n: number, alpha = 0.05): number {
  const critical = tQuantile(1 - alpha / 2, n - 1), delta = Math.abs(effect) * Math.sqrt(n);
  return noncentralTUpper(critical, n - 1, delta) + noncentralTUpper(critical, n - 1, -delta);
}

/**
 * The least number of seeds with which the paired t-test finds a difference.
 *
 * @param difference The difference that is to be found; its sign does not matter.
 * @param std Standard deviation (ddof 1) of the differences, seed by seed; above 0.
 * @throws {RangeError} if the difference is 0, the deviation not above 0, or an option no probability.
 *
 * @example
 * ```ts
 * import { seedsNeeded } from "./power.ts";
 * import { assertEquals } from "@std/assert";
 *
 * // Cohen's medium effect: 33.4 pairs.
 * assertEquals(seedsNeeded(0.5, 1), 34);
 * ```
 */
export function seedsNeeded(difference: number, std: number, options: PowerOptions = {}): number {
  const { alpha = 0.05, power = 0.8 } = options;
  assertPower({ alpha, power });
  assertEffect(difference, std);
  return leastWhole(2, (n) => pairedPower(difference / std, n, alpha) >= power);
}

/** The difference that the paired t-test finds with n seeds, 2 and more; otherwise as {@link seedsNeeded}. */
export function detectableDifference(n: number, std: number, options: PowerOptions = {}): number {
  const { alpha = 0.05, power = 0.8 } = options;
  assertPower({ alpha, power });
  assertEffect(1, std);
  let low = 0, high = 1;
  while (pairedPower(high, n, alpha) < power) low = high, high *= 2;
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (pairedPower(middle, n, alpha) < power) low = middle;
    else high = middle;
  }
  return high * std;
}

function assertEffect(difference: number, std: number): void {
  if (!(Math.abs(difference) > 0 && Math.abs(difference) < Infinity)) {
    throw new RangeError(`Cannot plan for a difference of ${difference}: wanted a finite number other than 0`);
  }
  if (!(std > 0 && std < Infinity)) {
    throw new RangeError(`Cannot plan with a standard deviation of ${std}: wanted a finite number above 0`);
  }
}

/** The two ways to disagree, as shares of all pairs. */
function assertDiscordant(difference: number, discordant: number): void {
  const size = Math.abs(difference);
  if (!(size > 0 && size <= discordant && discordant <= 1)) {
    throw new RangeError(
      `Cannot plan for a difference of ${difference} where ${discordant} of the pairs are decided differently: ` +
        "wanted 0 < |difference| <= share <= 1",
    );
  }
}

/**
 * Power of McNemar's test on n independent pairs, in the normal approximation:
 * `Φ((±δ √n − z_{1−α/2} √ψ) / √(ψ − δ²))`, both signs added.
 *
 * @param difference Difference of accuracies, `δ = p₁₀ − p₀₁`.
 * @param discordant Share of the pairs that exactly one network has right, `ψ = p₁₀ + p₀₁`, at least |δ|.
 * @param n Number of pairs.
 */
export function mcnemarPower(
  difference: number,
  discordant: number,
  { n, alpha = 0.05 }: { readonly n: number; readonly alpha?: number },
): number {
  assertDiscordant(difference, discordant);
  const bound = normalQuantile(1 - alpha / 2) * Math.sqrt(discordant), shift = Math.abs(difference) * Math.sqrt(n);
  const spread = Math.sqrt(discordant - difference * difference);
  return normalCdf((shift - bound) / spread) + normalCdf((-shift - bound) / spread);
}

/**
 * The number of independent pairs with which McNemar's test finds a difference of accuracies:
 * `(z_{1−α/2} √ψ + z_{power} √(ψ − δ²))² / δ²`, rounded up.
 *
 * Source: R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design", Biometrics
 * 1987.
 *
 * @param difference δ, as in {@link mcnemarPower}.
 * @param discordant ψ, as in {@link mcnemarPower}.
 * @throws {RangeError} unless 0 < |δ| ≤ ψ ≤ 1, or if an option is no probability.
 *
 * @example
 * ```ts
 * import { pairsNeeded } from "./power.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pairsNeeded(0.15, 0.45), 155); // p₁₀ = 0.3, p₀₁ = 0.15
 * ```
 */
export function pairsNeeded(difference: number, discordant: number, options: PowerOptions = {}): number {
  const { alpha = 0.05, power = 0.8 } = options;
  assertPower({ alpha, power });
  assertDiscordant(difference, discordant);
  const spread = Math.sqrt(discordant - difference * difference);
  const root = normalQuantile(1 - alpha / 2) * Math.sqrt(discordant) + normalQuantile(power) * spread;
  return Math.ceil((root / difference) ** 2);
}

/**
 * The difference of accuracies that McNemar's test finds on n independent pairs; otherwise as {@link pairsNeeded}.
 *
 * @returns `null` where so few pairs find none, however large.
 */
export function detectableShare(n: number, discordant: number, options: PowerOptions = {}): number | null {
  const { alpha = 0.05, power = 0.8 } = options;
  assertPower({ alpha, power });
  assertDiscordant(discordant, discordant);
  const bound = normalQuantile(1 - alpha / 2) * Math.sqrt(discordant), z = normalQuantile(power);
  const short = (difference: number) =>
    difference * Math.sqrt(n) < bound + z * Math.sqrt(discordant - difference * difference);
  if (short(discordant)) return null;
  let low = 0, high = discordant;
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (short(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** The least whole number from `first` on that holds, for a condition that holds for all greater ones. */
function leastWhole(first: number, holds: (n: number) => boolean): number {
  let low = first - 1, high = first;
  while (!holds(high)) {
    if (high >= MOST) throw new RangeError(`Cannot plan: more than ${MOST} would be needed, which no sweep has`);
    low = high, high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
