/**
 * The operating points of verification that insightface's IJB scripts read.
 *
 * @module
 */
import type { SortedDistances } from "./roc.ts";

/**
 * True accept rates at the operating points whose false accept rates are nearest to some rates, as insightface's IJB
 * scripts take them from scikit-learn's `roc_curve`: a point for each distinct distance, which accepts all up to it,
 * and one that accepts none. Points on a straight run of the curve between its neighbours are dropped
 * (`drop_intermediate`) before the nearest is sought, so the rate may lie up to a run away from the one that is asked
 * for, on either side; of equally near points the one that accepts most counts.
 *
 * Source: https://github.com/deepinsight/insightface, `recognition/_evaluation_/ijb/ijb_11.py`; scikit-learn 1.2.
 *
 * @returns Rates, in the order of `far`.
 */
export function nearestTar({ same, different }: SortedDistances, far: readonly number[]): number[] {
  const gaps = far.map((rate) => Math.abs(rate)), tars = far.map(() => 0);
  const offer = (falseAccepts: number, trueAccepts: number) => {
    const rate = falseAccepts / different.length, tar = trueAccepts / same.length;
    for (let i = 0; i < gaps.length; i++) {
      const gap = Math.abs(rate - far[i]!);
      if (gap <= gaps[i]!) gaps[i] = gap, tars[i] = tar;
    }
  };
  // The two points before the current one: the middle of three is kept unless the steps on both sides are equal.
  let points = 0, f0 = 0, t0 = 0, f1 = 0, t1 = 0;
  for (let s = 0, d = 0; s < same.length || d < different.length;) {
    const distance = Math.min(same[s] ?? Infinity, different[d] ?? Infinity);
    while (same[s] === distance) s++;
    while (different[d] === distance) d++;
    if (points === 1 || (points > 1 && (f1 - f0 !== d - f1 || t1 - t0 !== s - t1))) offer(f1, t1);
    f0 = f1, t0 = t1, f1 = d, t1 = s;
    points++;
  }
  offer(f1, t1);
  return tars;
}
