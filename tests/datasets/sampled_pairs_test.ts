import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { drawDistinct, unrankPair } from "../../datasets/draw.ts";
import { createRandom } from "../../tensor/random.ts";
import { labelledSet, openPairs } from "./helpers.ts";

Deno.test("sampledPairs draws distinct pairs in class-disjoint folds, half same and half different", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 12, maxLength: 30 }),
      fc.integer({ min: 2, max: 4 }),
      fc.nat(),
      async (sizes, folds, seed) => {
        const set = labelledSet([...sizes, ...Array<number>(folds * 3).fill(4)]);
        let pairs;
        try {
          pairs = await openPairs(set, { folds, perFold: 6, seed });
        } catch (error) {
          assert(error instanceof RangeError && error.message.includes("set "), String(error));
          return;
        }
        const foldOf = new Map<number, number>(), seen = new Set<string>();
        for (let i = 0; i < folds * 6; i++) {
          const a = pairs.first[i]!, b = pairs.second[i]!, fold = pairs.fold[i]!;
          assertEquals(set.labels[a] === set.labels[b] ? 1 : 0, pairs.same[i]!);
          assertNotEquals(a, b);
          for (const image of [a, b]) {
            const label = set.labels[image]!;
            assertEquals(foldOf.get(label) ?? fold, fold);
            foldOf.set(label, fold);
          }
          const key = [a, b].sort((x, y) => x - y).join();
          assert(!seen.has(key), `pair ${key} occurs twice`);
          seen.add(key);
        }
        for (let fold = 0; fold < folds; fold++) {
          assertEquals(pairs.same.filter((_, i) => pairs.fold[i] === fold).reduce((x, y) => x + y, 0), 3);
        }
      },
    ),
    { seed: 7, numRuns: 100 },
  );
});

Deno.test("sampledPairs depends on its seed alone, and its digest on everything that decides the pairs", async () => {
  const set = labelledSet(Array<number>(40).fill(10));
  const open = (params: Record<string, unknown>): ReturnType<typeof openPairs> =>
    openPairs(set, { perFold: 40, ...params });
  const [a, b, other, fewer] = [await open({}), await open({}), await open({ seed: 1 }), await open({ perFold: 38 })];
  assertEquals([a.first, a.second, a.same, a.fold], [b.first, b.second, b.same, b.fold]);
  assertNotEquals(a.first, other.first);
  assertEquals(new Set([a, b, other, fewer].map((pairs) => pairs.provenance.digest)).size, 3);
  assertEquals(a.provenance, { ...set.provenance, reader: "sampled-pairs", digest: a.provenance.digest });
});

Deno.test("sampledPairs can draw every pair there is, and says how many there are when asked for more", async () => {
  // Two folds of two classes of 3 images: 6 same pairs and 9 different ones.
  const set = labelledSet([3, 3, 3, 3]);
  const all = await openPairs(set, { folds: 2, perFold: 12 });
  assertEquals(all.first.length, 24);
  await assertRejects(
    () => openPairs(set, { folds: 2, perFold: 14 }),
    RangeError,
    `Cannot draw 2 folds of 14 pairs from "test-set": its smallest fold has 12 distinct ones`,
  );
  await assertRejects(() => openPairs(set, { folds: 3, perFold: 2 }), RangeError, "set folds to at most 2");
  await assertRejects(
    () => openPairs(labelledSet([1, 1, 1, 1]), { folds: 2, perFold: 2 }),
    RangeError,
    "no class of two",
  );
  await assertRejects(() => openPairs(all, {}), TypeError, `Cannot draw pairs from "sampled-pairs": it gives pairs`);
});

Deno.test("sampledPairs never takes a same pair from a class of one image", async () => {
  const set = labelledSet([1, 1, 5, 5, 5, 5]);
  const pairs = await openPairs(set, { folds: 2, perFold: 10 });
  pairs.same.forEach((same, i) => same && assert(set.labels[pairs.first[i]!]! >= 2));
});

Deno.test("drawDistinct() takes each group as often, whatever its size", () => {
  const sizes = [500, 5000, 50000], counts = [0, 0, 0];
  const groups = { count: 3, size: (group: number) => sizes[group]! };
  for (const [group] of drawDistinct(groups, 900, createRandom(0, "test"))) counts[group]!++;
  for (const count of counts) assertAlmostEquals(count, 300, 60);
});

Deno.test("unrankPair() lists every pair once", () => {
  const pairs = Array.from({ length: 10 }, (_, index) => unrankPair(index).join());
  assertEquals(pairs, ["0,1", "0,2", "1,2", "0,3", "1,3", "2,3", "0,4", "1,4", "2,4", "3,4"]);
  assertEquals(unrankPair(2 ** 40 * (2 ** 11 - 1)).every(Number.isInteger), true);
});
