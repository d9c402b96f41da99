import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { keepLargest } from "../../evaluation/largest.ts";
import { nearestTar } from "../../evaluation/nearest_tar.ts";
import { countUpTo, rankCurve } from "../../evaluation/rank_curve.ts";
import { formatCount, sortDistances } from "../../evaluation/mod.ts";
import { layouts } from "../datasets/template_layouts.ts";

Deno.test("nearestTar() takes the points of scikit-learn's curve, ties and straight runs included", () => {
  for (const { label, score, far, tar } of layouts.roc) {
    const sorted = sortDistances(Float64Array.from(score, (value) => -value), Uint8Array.from(label));
    assertEquals(nearestTar(sorted, far), tar);
  }
});

Deno.test("keepLargest() keeps what sorting keeps, and a bound that is no larger", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 30 }),
      (values, count) => {
        const largest = keepLargest(count);
        for (const value of values) largest.push(value);
        const sorted = [...values].sort((a, b) => b - a).slice(0, count);
        assertEquals([...largest.values()], sorted);
        assertEquals(largest.bound, sorted.length < count ? -Infinity : sorted[count - 1]!);
      },
    ),
    { seed: 4 },
  );
});

Deno.test("rankCurve() has every small rank and the last one", () => {
  const { points } = rankCurve("cmc", (rank) => countUpTo(Int32Array.of(1, 1, 3, 120), rank) / 4, 150);
  assertEquals(points.slice(0, 3), [[1, 0.5], [2, 0.5], [3, 0.75]]);
  assertEquals(points.at(-1), [150, 1]);
  assertEquals(points.length < 45, true);
});

Deno.test("formatCount() writes numbers of distractors as names have them", () => {
  assertEquals([10, 300, 1_000_000, 1234].map(formatCount), ["1e1", "3e2", "1e6", "1.234e3"]);
});
