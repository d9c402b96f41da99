import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  areaUnderCurve,
  equalErrorRate,
  formatRate,
  sortDistances,
  tarAtFar,
  thresholdAtRate,
} from "../../evaluation/mod.ts";

const kinds = fc.tuple(
  fc.array(fc.nat(12), { minLength: 1, maxLength: 30 }),
  fc.array(fc.nat(12), { minLength: 1, maxLength: 30 }),
);

function sorted([same, different]: [number[], number[]]) {
  const labels = Uint8Array.from([...same.map(() => 1), ...different.map(() => 0)]);
  return sortDistances(Float64Array.from([...same, ...different]), labels);
}

Deno.test("areaUnderCurve() equals the count of pairs won, ties half", () => {
  fc.assert(
    fc.property(kinds, ([same, different]) => {
      let wins = 0;
      for (const s of same) for (const d of different) wins += s < d ? 1 : s === d ? 0.5 : 0;
      assertAlmostEquals(areaUnderCurve(sorted([same, different])), wins / same.length / different.length, 1e-12);
    }),
    { seed: 11, numRuns: 200 },
  );
});

Deno.test("tarAtFar() never accepts more different pairs than the rate allows", () => {
  fc.assert(
    fc.property(kinds, fc.integer({ min: 1, max: 99 }), (lists, percent) => {
      const distances = sorted(lists), { same, different } = distances;
      const tar = tarAtFar(distances, percent / 100);
      const threshold = different[Math.floor(percent * different.length / 100)]!;
      assert(different.filter((d) => d < threshold).length * 100 <= percent * different.length);
      assertEquals(tar, same.filter((s) => s < threshold).length / same.length);
    }),
    { seed: 12, numRuns: 200 },
  );
});

Deno.test("equalErrorRate() mirrors when the two kinds are exchanged and the distances negated", () => {
  fc.assert(
    fc.property(kinds, ([same, different]) => {
      const eer = equalErrorRate(sorted([same, different]));
      assert(eer >= 0 && eer <= 1);
      assertAlmostEquals(equalErrorRate(sorted([different.map((d) => -d), same.map((s) => -s)])), eer, 1e-12);
    }),
    { seed: 13, numRuns: 200 },
  );
});

Deno.test("equalErrorRate() of worked examples", () => {
  assertEquals(equalErrorRate(sorted([[1, 2], [3, 4]])), 0);
  assertEquals(equalErrorRate(sorted([[3, 4], [1, 2]])), 1);
  assertEquals(equalErrorRate(sorted([[1, 3], [2, 4]])), 0.5);
  assertAlmostEquals(equalErrorRate(sorted([[1, 1, 2], [2, 3]])), 0.2, 1e-12); // (0, ⅓) to (½, 0) meets at 1/5
});

Deno.test("thresholdAtRate() interpolates after the last of equal rates, and is 0 where the rate is not reached", () => {
  const counts = Uint32Array.from({ length: 4000 }, (_, i) => i < 100 ? 0 : i < 200 ? 1 : 3);
  assertAlmostEquals(thresholdAtRate(counts, 1000, 0.0005), 0.0995, 1e-12); // between 99 and 100
  assertAlmostEquals(thresholdAtRate(counts, 1000, 0.001), 0.199, 1e-12); // the last threshold of rate 1e-3
  assertAlmostEquals(thresholdAtRate(counts, 1000, 0.002), 0.1995, 1e-12);
  assertEquals(thresholdAtRate(counts, 1000, 0.01), 0);
});

Deno.test("formatRate() has one form for one number", () => {
  assertEquals([0.001, 1e-3, 0.1, 0.5, 0.025, 1e-6].map(formatRate), [
    "1e-3",
    "1e-3",
    "1e-1",
    "5e-1",
    "2.5e-2",
    "1e-6",
  ]);
});
