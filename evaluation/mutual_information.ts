/**
 * How much two partitions of the same things tell of each other.
 *
 * @module
 */

/**
 * Normalised mutual information of two labellings, `2 I(a; b) / (H(a) + H(b))`, in [0, 1]; 1 where both have one class.
 *
 * Source: scikit-learn, `normalized_mutual_info_score` with the arithmetic mean.
 *
 * @example
 * ```ts
 * import { normalisedMutualInformation } from "./mutual_information.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(normalisedMutualInformation([0, 0, 1, 1], [5, 5, 3, 3]), 1);
 * assertAlmostEquals(normalisedMutualInformation([0, 0, 1, 1], [0, 1, 0, 1]), 0);
 * ```
 */
export function normalisedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length, ofA = new Map<number, number>(), ofB = new Map<number, number>();
  const both = new Map<number, Map<number, number>>();
  const add = (counts: Map<number, number>, key: number) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (let i = 0; i < n; i++) {
    add(ofA, a[i]!), add(ofB, b[i]!);
    const row = both.get(a[i]!) ?? new Map<number, number>();
    add(row, b[i]!);
    both.set(a[i]!, row);
  }
  const entropy = entropyOf(ofA.values(), n) + entropyOf(ofB.values(), n);
  if (entropy === 0) return 1;
  let information = 0;
  for (const [x, row] of both) {
    for (const [y, count] of row) {
      information += count / n * (Math.log(count) + Math.log(n) - Math.log(ofA.get(x)!) - Math.log(ofB.get(y)!));
    }
  }
  return Math.min(1, Math.max(0, 2 * information / entropy));
}

function entropyOf(counts: Iterable<number>, n: number): number {
  let sum = 0;
  for (const count of counts) if (count < n) sum -= count / n * Math.log(count / n);
  return sum;
}
