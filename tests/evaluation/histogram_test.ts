import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { acceptedCounts, ACCURACY_GRID, exceptFold, firstAbove, VAL_GRID } from "../../evaluation/mod.ts";

Deno.test("firstAbove() is the first threshold that a distance lies strictly below, on and off the grid", () => {
  for (const grid of [ACCURACY_GRID, VAL_GRID]) {
    const naive = (distance: number) => {
      for (let i = 0; i < grid.count; i++) if (distance < i * grid.step) return i;
      return grid.count;
    };
    const onGrid = fc.integer({ min: 0, max: grid.count + 2 }).map((i) => i * grid.step);
    const near = onGrid.map((value) => value * (1 - Number.EPSILON));
    fc.assert(
      fc.property(fc.oneof(onGrid, near, fc.double({ min: 0, max: 4.1, noNaN: true })), (distance) => {
        assertEquals(firstAbove(distance, grid), naive(distance));
      }),
      { seed: 3, numRuns: 300 },
    );
  }
});

Deno.test("acceptedCounts() equals comparing every pair with every threshold", () => {
  const grid = { step: 0.5, count: 8 };
  const pair = fc.record({
    distance: fc.integer({ min: 0, max: 16 }).map((i) => i / 4),
    same: fc.boolean(),
    fold: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 40 }), (list) => {
      const counts = acceptedCounts(Float64Array.from(list, (p) => p.distance), {
        same: Uint8Array.from(list, (p) => +p.same),
        fold: Int32Array.from(list, (p) => p.fold),
        folds: 3,
      }, grid);
      for (let fold = 0; fold < 3; fold++) {
        for (let i = 0; i < grid.count; i++) {
          const accepted = list.filter((p) => p.fold === fold && p.distance < i * grid.step);
          const different = accepted.filter((p) => !p.same).length;
          assertEquals(counts.same[fold * grid.count + i], accepted.length - different);
          assertEquals(counts.different[fold * grid.count + i], different);
        }
      }
      const others = list.filter((p) => p.fold !== 1 && p.same).length;
      assertEquals(exceptFold(counts.sameTotal, 3, 1)[0], others);
    }),
    { seed: 5, numRuns: 100 },
  );
});
