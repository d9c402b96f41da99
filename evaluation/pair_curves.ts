/**
 * Curves of scored pairs: receiver operating characteristic, detection error trade-off, and the angles of both kinds.
 *
 * @module
 */
import { CURVE_POINTS, rateCurves, spacedCounts } from "./curves.ts";
import type { Curve } from "./protocol.ts";
import { acceptedBelow, type SortedDistances } from "./roc.ts";

/** Width of a bar of the angles' histograms, in degrees. */
const BAR = 2;

/** An operating point: so many pairs of each kind are accepted. */
interface Operating {
  readonly same: number;
  readonly different: number;
}

/**
 * Operating points from the one that accepts no different pair to the one that accepts all, at most 101, spaced evenly
 * in the logarithm of the false accept rate; where there are at most 100 different pairs, all of them. At each false
 * accept rate the point is the one of the highest true accept rate, as in {@link tarAtFar}.
 */
function operatingPoints(distances: SortedDistances): Operating[] {
  const { same, different } = distances, { length } = different;
  const points: Operating[] = [];
  const add = (allowed: number) => {
    const point = allowed >= length
      ? { same: same.length, different: length }
      : { same: acceptedBelow(same, different[allowed]!), different: acceptedBelow(different, different[allowed]!) };
    if (point.different !== points.at(-1)?.different) points.push(point);
  };
  for (const allowed of [0, ...spacedCounts(length, CURVE_POINTS - 1)]) add(allowed);
  return points;
}

/** `roc` (true over false accept rate) and `det` (false reject over false accept rate) of pairs: at most 101 points. */
export function errorCurves(distances: SortedDistances): Curve[] {
  const same = distances.same.length, different = distances.different.length;
  return rateCurves(
    operatingPoints(distances).map((point) => ({
      far: point.different / different,
      tar: point.same / same,
      frr: (same - point.same) / same,
    })),
  );
}

/**
 * `angles-same` and `angles-different`: shares of the pairs of a kind whose angle lies in each bar of 2 degrees, by the
 * middle of the bar; bars of no pair before the first and after the last are left out.
 *
 * @param distances Squared distances of unit vectors, `d = 2 − 2 cos θ`.
 */
export function angleCurves(distances: SortedDistances): Curve[] {
  return (["same", "different"] as const).map((kind) => {
    const counts = new Float64Array(180 / BAR), values = distances[kind];
    for (const value of values) {
      const degrees = 2 * Math.asin(Math.min(1, Math.sqrt(value) / 2)) * 180 / Math.PI;
      counts[Math.min(counts.length - 1, Math.floor(degrees / BAR))]!++;
    }
    const first = counts.findIndex((count) => count > 0), last = counts.findLastIndex((count) => count > 0);
    return {
      name: `angles-${kind}`,
      x: { name: "angle", unit: "degree" },
      y: { name: "share of the pairs", unit: "fraction" },
      points: Array.from(
        counts.subarray(first, last + 1),
        (count, bar) => [(first + bar + 0.5) * BAR, count / values.length] as const,
      ),
    };
  });
}
