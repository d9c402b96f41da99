/**
 * Folds of neighbouring pairs.
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.KFold.html
 *
 * @module
 */

/**
 * Fold of each pair, as scikit-learn's `KFold(folds, shuffle=False)` deals them out: neighbours, and where the number
 * does not divide, one pair more in each of the first `count mod folds` folds.
 *
 * @param count Number of pairs, at least `folds`.
 *
 * @example
 * ```ts
 * import { contiguousFolds } from "./folds.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(contiguousFolds(5, 3), Int32Array.of(0, 0, 1, 1, 2));
 * ```
 */
export function contiguousFolds(count: number, folds: number): Int32Array {
  const size = Math.floor(count / folds), larger = count % folds, border = larger * (size + 1);
  return Int32Array.from(
    { length: count },
    (_, pair) => pair < border ? Math.floor(pair / (size + 1)) : larger + Math.floor((pair - border) / size),
  );
}
