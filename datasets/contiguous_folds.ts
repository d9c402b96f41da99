/**
 * Folds of neighbours, as verification sets have them that name none.
 *
 * @module
 */

/**
 * Fold of each of some pairs: neighbours, the first `count mod folds` folds with one more, as scikit-learn's
 * `KFold(folds, shuffle=False)`.
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.KFold.html
 *
 * @param count Number of pairs, at least `folds`.
 */
export function contiguousFolds(count: number, folds: number): Int32Array {
  const size = Math.floor(count / folds), larger = count % folds, border = larger * (size + 1);
  return Int32Array.from(
    { length: count },
    (_, pair) => pair < border ? Math.floor(pair / (size + 1)) : larger + Math.floor((pair - border) / size),
  );
}
