import { assertEquals } from "@std/assert";
import { meanLine, thin } from "../../../reports/figures/numbers.ts";

Deno.test("meanLine() averages lines at every place of any, each keeping its last value", () => {
  const lines = [[[0, 1], [2, 3]], [[1, 5], [2, 7]]] as const;
  assertEquals(meanLine(lines), [{ x: 1, y: 3, low: 1, high: 5 }, { x: 2, y: 5, low: 3, high: 7 }]);
});

Deno.test("meanLine() of nothing is nothing", () => {
  assertEquals(meanLine([]), []);
  assertEquals(meanLine([[[0, 1]], []]), []);
});

Deno.test("thin() keeps both ends", () => {
  assertEquals(thin([1, 2, 3, 4, 5, 6, 7], 3), [1, 4, 7]);
  assertEquals(thin([1, 2], 3), [1, 2]);
});
