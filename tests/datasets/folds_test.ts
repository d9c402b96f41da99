import { assertEquals } from "@std/assert";
import { contiguousFolds } from "../../datasets/folds.ts";

Deno.test("contiguousFolds() gives the first folds one pair more, as scikit-learn's KFold does", () => {
  assertEquals(contiguousFolds(6, 3), Int32Array.of(0, 0, 1, 1, 2, 2));
  assertEquals(contiguousFolds(11, 4), Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3));
  assertEquals(contiguousFolds(3, 3), Int32Array.of(0, 1, 2));
});
