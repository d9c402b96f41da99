import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nearestTar } from "../../evaluation/accept_curves.ts";
import { cmcCurve, countUpTo } from "../../evaluation/cmc.ts";
import { countSearch } from "../../evaluation/gallery_search.ts";
import { keepLargest } from "../../evaluation/largest.ts";
import { eachProductRow } from "../../evaluation/products.ts";
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

Deno.test("eachProductRow() gives every product once, for sizes that fill no block", () => {
  const dimension = 5,
    vector = (seed: number) => Float64Array.from({ length: dimension }, (_, i) => Math.sin(7 * seed + i));
  for (const [rows, columns] of [[1, 1], [2, 64], [25, 67], [49, 131]] as const) {
    const a = Array.from({ length: rows }, (_, i) => vector(i)),
      b = Array.from({ length: columns }, (_, i) => vector(i + 99));
    const flat = (all: Float64Array[]) => Float64Array.from(all.flatMap((one) => [...one]));
    let next = 0;
    eachProductRow(flat(a), flat(b), {
      dimension,
      onRow(row, products) {
        assertEquals(row, next++);
        assertEquals(products.length, columns);
        b.forEach((other, column) => {
          const product = other.reduce((sum, value, i) => sum + value * a[row]![i]!, 0);
          assertAlmostEquals(products[column]!, product, 1e-12);
        });
      },
    });
    assertEquals(next, rows);
  }
});

Deno.test("countSearch() puts the mate last of equals, so that a collapsed network finds nobody", () => {
  const counter = countSearch("G", Int32Array.of(0, 1, 2), Int32Array.of(7, 8, 9));
  counter.add(7, Float64Array.of(0.5, 0.5, 0.5));
  counter.add(3, Float64Array.of(0.5, 0.5, 0.5));
  const { ranks, hit, tpir, mated } = counter.figures();
  assertEquals([[...ranks], hit(1), hit(3), tpir(0.5), mated], [[3], 0, 1, 0, 1]);
});

Deno.test("cmcCurve() has every small rank and the last one", () => {
  const { points } = cmcCurve("cmc", (rank) => countUpTo(Int32Array.of(1, 1, 3, 120), rank) / 4, 150);
  assertEquals(points.slice(0, 3), [[1, 0.5], [2, 0.5], [3, 0.75]]);
  assertEquals(points.at(-1), [150, 1]);
  assertEquals(points.length < 45, true);
});

Deno.test("formatCount() writes numbers of distractors as names have them", () => {
  assertEquals([10, 300, 1_000_000, 1234].map(formatCount), ["1e1", "3e2", "1e6", "1.234e3"]);
});
