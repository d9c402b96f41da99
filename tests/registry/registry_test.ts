import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { definePlugin, type Plugin } from "../../plugin/mod.ts";
import { createRegistry } from "../../registry/registry.ts";

function fake(name: string, kind = "head"): Plugin {
  return definePlugin({
    kind,
    name,
    version: "1.0.0",
    summary: name,
    reference: "https://example.org",
    params: z.strictObject({}),
  });
}

const arcface = fake("arcface"), cosface = fake("cosface");

Deno.test("createRegistry() gives plugins by name, and names sorted", () => {
  const heads = createRegistry("head", [cosface, arcface]);
  assertEquals(heads.names(), ["arcface", "cosface"]);
  assertStrictEquals(heads.get("cosface"), cosface);
  assertEquals(heads.find("triplet"), undefined);
  assertEquals(heads.source("arcface"), "built-in");
});

Deno.test("get() of an unknown name tells the known names and the nearest", () => {
  const error = assertThrows(() => createRegistry("head", [arcface, cosface]).get("arcfase"), RangeError);
  assertEquals(
    error.message,
    'Cannot find head "arcfase": known heads are "arcface", "cosface". Did you mean "arcface"?',
  );
});

Deno.test("get() suggests nothing when no name is near, and says when none is known", () => {
  const far = assertThrows(() => createRegistry("head", [arcface]).get("triplet"), RangeError);
  assertEquals(far.message, 'Cannot find head "triplet": known heads are "arcface"');
  const none = assertThrows(() => createRegistry("head", []).get("arcface"), RangeError);
  assertEquals(none.message, 'Cannot find head "arcface": no head is known');
});

Deno.test("with() gives a larger table and leaves the old one as it was", () => {
  const few = createRegistry("head", [arcface]);
  const more = few.with([cosface], "./mine.ts");
  assertEquals(few.names(), ["arcface"]);
  assertEquals(more.names(), ["arcface", "cosface"]);
  assertEquals(more.source("cosface"), "./mine.ts");
});

Deno.test("with() refuses a second plugin of a name and names both sources", () => {
  const table = createRegistry("head", [arcface], "./one.ts");
  const error = assertThrows(() => table.with([fake("arcface")], "npm:two@1.0.0"), TypeError);
  assertEquals(
    error.message,
    'Cannot add head "arcface" of npm:two@1.0.0: the name is taken by ./one.ts, rename one of them',
  );
});

Deno.test("with() takes the same value twice", () => {
  const table = createRegistry("head", [arcface]).with([arcface], "./again.ts");
  assertEquals([table.names(), table.source("arcface")], [["arcface"], "built-in"]);
});

Deno.test("createRegistry() refuses a plugin of another kind", () => {
  const error = assertThrows(() => createRegistry("head", [fake("convnet", "backbone")], "./b.ts"), TypeError);
  assertEquals(
    error.message,
    'Cannot add "convnet" of ./b.ts to the heads: found a plugin of kind "backbone", wanted "head"',
  );
});
