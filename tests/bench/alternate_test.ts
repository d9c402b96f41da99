import { assertEquals } from "@std/assert";
import { alternate, type Side } from "../../bench/alternate.ts";

/** Sides on a clock of their own, which says how long each takes. */
function sidesOf(costs: Record<string, number>) {
  let clock = 0;
  const order: string[] = [];
  const sides = Object.entries(costs).map(([name, cost]): Side => ({
    name,
    measure() {
      order.push(name);
      clock += cost;
      return Promise.resolve(cost);
    },
  }));
  return { sides, order, now: () => clock };
}

Deno.test("alternate() changes the order each round and throws the warm-up away", async () => {
  const { sides, order, now } = sidesOf({ a: 1, b: 2 });
  const timed = await alternate(sides, { warmUp: 1, rounds: 2, budget: 1000, now });
  assertEquals(order.join(""), "abbaba");
  assertEquals(timed, [{ name: "a", ms: [1, 1] }, { name: "b", ms: [2, 2] }]);
});

Deno.test("alternate() goes on without a side that throws, and tells its message in one line", async () => {
  const bad: Side = { name: "bad", measure: () => Promise.reject(new Error("Cannot\n  run")) };
  const { sides, now } = sidesOf({ good: 1 });
  const [first, second] = await alternate([bad, ...sides], { warmUp: 0, rounds: 3, budget: 1000, now });
  assertEquals(first, { name: "bad", ms: [], error: "Cannot run" });
  assertEquals(second!.ms, [1, 1, 1]);
});

Deno.test("alternate() times a slow side twice and gives the rest of the budget to the others", async () => {
  const { sides, now } = sidesOf({ fast: 1, slow: 500 });
  const [fast, slow] = await alternate(sides, { warmUp: 0, rounds: 10, budget: 1000, now });
  assertEquals([fast!.ms.length, slow!.ms.length], [10, 2]);
});

Deno.test("alternate() ends when the budget is spent", async () => {
  const { sides, now } = sidesOf({ a: 50 });
  const [only] = await alternate(sides, { warmUp: 0, rounds: 100, budget: 1000, now });
  assertEquals(only!.ms.length, 23);
});
