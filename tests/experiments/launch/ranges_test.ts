import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { chunks, ranges } from "../../../experiments/launch/ranges.ts";

Deno.test("ranges() writes spans and single positions as Slurm does", () => {
  assertEquals(ranges([]), "");
  assertEquals(ranges([0]), "0");
  assertEquals(ranges([3, 17, 40, 41, 42]), "3,17,40-42");
});

Deno.test("chunks() keeps task numbers equal to positions while they fit, and gives offsets past that", () => {
  assertEquals(chunks([0, 5, 1000], 1001), [{ offset: 0, positions: [0, 5, 1000] }]);
  assertEquals(chunks([5, 1001, 1500, 2002], 1001), [
    { offset: 0, positions: [5] },
    { offset: 1001, positions: [1001, 1500] },
    { offset: 2002, positions: [2002] },
  ]);
  assertEquals(chunks([], 1001), []);
});

Deno.test("chunks() loses no position, repeats none, and never passes the largest task number", () => {
  const positions = fc.uniqueArray(fc.nat(5000), { maxLength: 200 }).map((all) => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(positions, fc.integer({ min: 1, max: 1001 }), (all, size) => {
      const found = chunks(all, size);
      assertEquals(found.flatMap(({ positions }) => positions), all);
      for (const { offset, positions } of found) {
        assertEquals(positions.every((at) => at - offset >= 0 && at - offset < size), true);
      }
    }),
    { seed: 5, numRuns: 200 },
  );
});
