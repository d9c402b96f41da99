/**
 * Mean and spread of a few numbers.
 *
 * @module
 */

/** Arithmetic mean of at least one number. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * Standard deviation `√(Σ (x − x̄)² / (n − ddof))`.
 *
 * @param ddof 0 for the spread of the values themselves (folds), 1 to estimate that of a population (seeds).
 */
export function standardDeviation(values: ArrayLike<number>, ddof: 0 | 1): number {
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - centre) ** 2;
  return Math.sqrt(squares / (values.length - ddof));
}
