/**
 * Cumulative match characteristic: how far down the list the right one stands.
 *
 * @module
 */
import type { Curve } from "./protocol.ts";

/** Points a decade of the rank. */
const POINTS = 20;

/**
 * The share of probes whose mate has a rank of at most k, at about twenty ranks k a decade.
 *
 * @param name Name of the curve.
 * @param share Share at a rank, not decreasing.
 * @param last Largest rank.
 */
export function rankCurve(name: string, share: (rank: number) => number, last: number): Curve {
  const points: [number, number][] = [];
  for (let i = 0, before = 0; before < last; i++) {
    const rank = Math.min(last, Math.round(10 ** (i / POINTS)));
    if (rank > before) points.push([rank, share(rank)]);
    before = rank;
  }
  return { name, x: { name: "rank", unit: "count" }, y: { name: "identification rate", unit: "fraction" }, points };
}

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
