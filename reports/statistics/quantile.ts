/**
 * Quantiles: the inverse of a distribution function by bracketed Newton steps.
 *
 * @module
 */

/** @throws {RangeError} unless p is in (0, 1). */
export function assertProbability(p: number): void {
  if (!(p > 0 && p < 1)) throw new RangeError(`Cannot use probability ${p}: wanted a number above 0 and below 1`);
}

/**
 * The t ≥ 0 with `f(t) = target`, for a function that increases from `f(0) ≤ target` on.
 *
 * @param f The function.
 * @param slope Its derivative; a step that leaves the bracket is replaced by a halving.
 * @param options.target Value to reach.
 * @param options.high First guess at an upper bound; doubled until it is one.
 */
export function solveIncreasing(
  f: (t: number) => number,
  slope: (t: number) => number,
  { target, high }: { readonly target: number; readonly high: number },
): number {
  let low = 0;
  while (f(high) < target) low = high, high *= 2;
  let t = low + (high - low) / 2;
  for (let i = 0; i < 200; i++) {
    const gap = f(t) - target;
    if (gap === 0) return t;
    if (gap > 0) high = t;
    else low = t;
    const step = t - gap / slope(t);
    const next = step > low && step < high ? step : low + (high - low) / 2;
    if (Math.abs(next - t) <= 1e-15 * t || next === low && next === high) return next;
    t = next;
  }
  return t;
}
