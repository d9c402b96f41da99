import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { quantile, ratioOf, summarise } from "../../bench/statistics.ts";

Deno.test("quantile() is linear between neighbours and refuses an empty sample", () => {
  assertEquals(quantile([1, 2, 4], 0.5), 2);
  assertEquals(quantile([1, 2], 0.25), 1.25);
  assertThrows(() => quantile([], 0.5), RangeError, "found no values");
});

Deno.test("summarise() orders its quartiles within the sample, whatever the order of the values", () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, (sample) => {
      const { n, q1, median, q3 } = summarise(sample);
      assertEquals(n, sample.length);
      assert(Math.min(...sample) <= q1 && q1 <= median && median <= q3 && q3 <= Math.max(...sample));
      assertEquals(summarise([...sample].reverse()), { n, q1, median, q3 });
    }),
    { seed: 1 },
  );
});

Deno.test("ratioOf() compares pair by pair, so that a slow minute does not count", () => {
  assertEquals(ratioOf([2, 200, 4], [1, 100, 2]).median, 2);
  assertEquals(ratioOf([2, 4], [1]).n, 1);
});
