import { assert, assertEquals } from "@std/assert";
import { ReadLog } from "../../experiments/reads.ts";

const PARAMS = {
  m: 0.5,
  list: [1, 2],
  map: { mean: 1, std: 2 },
  groups: [{ role: "class", lr: 2 }],
  from: { reader: "a", x: 1 },
};

function watched() {
  const log = new ReadLog(), params = log.watch("head", "one", PARAMS) as typeof PARAMS;
  return { params, read: () => [...log.of("head", "one", PARAMS)].sort(), log };
}

Deno.test("ReadLog notes a field when it is read, and what is read of a mapping in it", () => {
  const { params, read } = watched();
  assertEquals([Object.keys(params), "m" in params, read()], [Object.keys(PARAMS), true, []]);
  const { m } = params;
  assertEquals([m, params.map.std, params.groups[0]!.lr], [0.5, 2, 2]);
  assertEquals(read(), ["groups", "groups.0.lr", "m", "map", "map.std"]);
});

Deno.test("a copy, a spread, JSON and structuredClone read every field, and give plain values", () => {
  for (
    const copy of [
      (params: typeof PARAMS) => structuredClone(params),
      (params: typeof PARAMS) => JSON.parse(JSON.stringify(params)),
    ]
  ) {
    const { params, read } = watched();
    assertEquals(copy(params), PARAMS);
    assertEquals(read(), ["from", "groups", "groups.0.lr", "groups.0.role", "list", "m", "map", "map.mean", "map.std"]);
  }
  const { params, read } = watched(), { m: _, ...rest } = params;
  assertEquals(rest.list, [1, 2]);
  assertEquals(read(), ["from", "groups", "list", "m", "map"]);
});

Deno.test("a plugin may freeze its parameters and change its own copy of them", () => {
  const { params, read } = watched();
  Object.freeze(params);
  assertEquals([params.m, params.m, read()], [0.5, 0.5, ["m"]]);
  const other = watched().params;
  other.m = 3;
  assertEquals([other.m, { ...other }.m], [3, 3]);
  assertEquals(PARAMS.m, 0.5);
});

Deno.test("a parameter that was read is a plain value, so that loops pay nothing", () => {
  const { params } = watched();
  assert(Object.getOwnPropertyDescriptor(params, "m")!.get);
  assertEquals(params.m, 0.5);
  assertEquals(Object.getOwnPropertyDescriptor(params, "m")!.value, 0.5);
});

Deno.test("ReadLog goes through a checkpoint, and keeps plugins and parameters apart", () => {
  const { params, log } = watched();
  assertEquals(params.m, 0.5);
  const later = new ReadLog();
  later.restore(JSON.parse(JSON.stringify(log)));
  assertEquals([...later.of("head", "one", { ...PARAMS })], ["m"]);
  assertEquals(later.of("head", "two", PARAMS).size + later.of("head", "one", { ...PARAMS, m: 1 }).size, 0);
  const other = new ReadLog();
  assertEquals((other.watch("head", "one", PARAMS) as typeof PARAMS).list, [1, 2]);
  assertEquals([...later.with(other).of("head", "one", PARAMS)], ["m", "list"]);
  assertEquals([...later.of("head", "one", PARAMS)], ["m"]);
});
