import { assert, assertAlmostEquals } from "@std/assert";
import { targetLogit } from "../losses/mod.ts";
import { myHead } from "./head.ts";

Deno.test("myHead takes m from the target's cosine", () => {
  const margin = myHead.margin(myHead.params.parse({ m: 0.2 }));
  // The value of another path than the code: here the formula at θ = π/3, by hand.
  assertAlmostEquals(targetLogit(margin, 0.5), 0.3, 1e-12);
});

Deno.test("myHead refuses a margin that is out of range", () => {
  assert(!myHead.params.safeParse({ m: 2 }).success);
});
