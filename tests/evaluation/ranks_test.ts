import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { keepLargest } from "../../evaluation/largest.ts";
import { nearestTar } from "../../evaluation/nearest_tar.ts";
import { countUpTo } from "../../evaluation/ascending.ts";
import { CURVE_POINTS, rankCurve, spacedCounts } from "../../evaluation/curves.ts";
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

Deno.test("spacedCounts() has all numbers while they are few, else as many as are wanted, evenly and with both ends", () => {
  for (const last of [1, 2, 100, 101, 102, 5000, 10 ** 6, 10 ** 9]) {
    const counts = spacedCounts(last, CURVE_POINTS);
    assertEquals([counts[0], counts.at(-1)], [1, last]);
    assertEquals(counts.length <= CURVE_POINTS, true);
    if (last <= CURVE_POINTS) assertEquals(counts.length, last);
    assertEquals(counts.every((count, i) => i === 0 || count > counts[i - 1]!), true);
    // Neighbours are a step of the logarithm apart, or that and a half where they are rounded.
    const step = last ** (1 / (CURVE_POINTS - 1));
    assertEquals(counts.every((count, i) => i === 0 || count <= step * (counts[i - 1]! + 0.5) + 0.5), true);
  }
  assertEquals(spacedCounts(0, CURVE_POINTS), []);
});

Deno.test("rankCurve() has up to 101 ranks, every one while they are few, and the last", () => {
  const { points } = rankCurve("cmc", (rank) => countUpTo(Int32Array.of(1, 1, 3, 120), rank) / 4, 150);
  assertEquals(points.slice(0, 3), [[1, 0.5], [2, 0.5], [3, 0.75]]);
  assertEquals(points.at(-1), [150, 1]);
  assertEquals(rankCurve("cmc", () => 1, 101).points.length, 101);
  assertEquals(rankCurve("cmc", () => 1, 1_000_001).points.length > 85, true);
});

Deno.test("formatCount() writes numbers of distractors as names have them", () => {
  assertEquals([10, 300, 1_000_000, 1234].map(formatCount), ["1e1", "3e2", "1e6", "1.234e3"]);
});
