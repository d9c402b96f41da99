import { assertEquals } from "@std/assert";
import { findCycles } from "../../tools/cycles.ts";

/** A graph from `a>b` edges. */
function graph(...edges: readonly string[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const edge of edges) {
    const [from = "", to = ""] = edge.split(">");
    map.set(from, [...map.get(from) ?? [], to]);
  }
  return map;
}

Deno.test("findCycles() finds none in a graph without", () => {
  assertEquals(findCycles(graph("a>b", "a>c", "b>d", "c>d")), []);
});

Deno.test("findCycles() finds a node that points at itself", () => {
  assertEquals(findCycles(graph("a>b", "b>b")), [["b", "b"]]);
});

Deno.test("findCycles() gives the shortest cycle of each group once", () => {
  const edges = graph("a>b", "b>c", "c>a", "b>a", "x>y", "y>z", "z>x", "c>x");
  assertEquals(findCycles(edges), [["a", "b", "a"], ["x", "y", "z", "x"]]);
});
