/**
 * Places among ascending numbers.
 *
 * @module
 */

/** How many of ascending numbers are at most a bound. */
export function countUpTo(ascending: Float64Array | Int32Array, bound: number): number {
  let low = 0, high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
