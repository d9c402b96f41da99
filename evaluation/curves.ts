/**
 * Curves of operating points: which of them are kept, and what their axes are called.
 *
 * @module
 */
import type { Curve } from "./protocol.ts";

/** Points of a curve at most. */
export const CURVE_POINTS = 101;

/**
 * Whole numbers from 1 to `last`, ascending, the two among them: all where they are at most `most`, else about so many,
 * evenly in their logarithm.
 *
 * @example
 * ```ts
 * import { spacedCounts } from "./curves.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(spacedCounts(4, 100), [1, 2, 3, 4]);
 * assertEquals(spacedCounts(1000, 4), [1, 10, 100, 1000]);
 * ```
 */
export function spacedCounts(last: number, most: number): number[] {
  const spaced = (_: unknown, step: number) => last <= most ? step + 1 : Math.round(last ** (step / (most - 1)));
  return [...new Set(Array.from({ length: Math.min(last, most) }, spaced))];
}

/**
 * Cumulative match characteristic: the share of probes whose mate has a rank of at most k, at up to 101 ranks k.
 *
 * @param name Name of the curve.
 * @param share Share at a rank, not decreasing.
 * @param last Largest rank.
 */
export function rankCurve(name: string, share: (rank: number) => number, last: number): Curve {
  return {
    name,
    x: { name: "rank", unit: "count" },
    y: { name: "identification rate", unit: "fraction" },
    points: spacedCounts(last, CURVE_POINTS).map((rank) => [rank, share(rank)] as const),
  };
}

/** Rates of an operating point. */
export interface Rates {
  /** False accept rate. */
  readonly far: number;
  /** True accept rate. */
  readonly tar: number;
  /** False reject rate. */
  readonly frr: number;
}

/** `roc`: false accept rate → true accept rate, and `det`: false accept rate → false reject rate. */
export function rateCurves(points: readonly Rates[]): Curve[] {
  const x = { name: "false accept rate", unit: "fraction" };
  return [
    {
      name: "roc",
      x,
      y: { name: "true accept rate", unit: "fraction" },
      points: points.map(({ far, tar }) => [far, tar] as const),
    },
    {
      name: "det",
      x,
      y: { name: "false reject rate", unit: "fraction" },
      points: points.map(({ far, frr }) => [far, frr] as const),
    },
  ];
}
