import { assertEquals } from "@std/assert";
import { findDrift, tellDrift } from "../../experiments/drift.ts";
import { filesOf } from "./files_of.ts";

const plugin = { kind: "head", name: "mine", version: "1.0.0", specifier: "./mine.ts", sha256: "aa" };
const plan = { code: { marginlab: "0.1.0", sha256: "cc" }, plugins: [{ ...plugin, module: "mine.ts" }] };
const run = { identity: { data: { "a.zip": "11", "b.zip": "22" } } };
const there = { files: filesOf({ "a.zip": "11", "b.zip": "22" }), code: "cc", plugins: [plugin] };

Deno.test("findDrift() finds nothing where all is as it was planned", async () => {
  assertEquals(await findDrift(plan, run, there), undefined);
  const unread = { ...plan, code: { ...plan.code, sha256: null } };
  assertEquals(await findDrift(unread, run, { ...there, code: null }), undefined);
});

Deno.test("findDrift() tells code, modules and data, each with both digests", async () => {
  assertEquals(await findDrift(plan, run, { ...there, code: "dd" }), { code: { planned: "cc", found: "dd" } });
  assertEquals(await findDrift(plan, run, { ...there, plugins: [{ ...plugin, sha256: "bb" }] }), {
    plugins: { "./mine.ts": { planned: "aa", found: "bb" } },
  });
  assertEquals(await findDrift(plan, run, { ...there, plugins: [] }), {
    plugins: { "./mine.ts": { planned: "aa", found: null } },
  });
  assertEquals(await findDrift(plan, run, { ...there, files: filesOf({ "a.zip": "19" }) }), {
    data: { "a.zip": { planned: "11", found: "19" }, "b.zip": { planned: "22", found: null } },
  });
});

Deno.test("tellDrift() has a line for each thing, its digests short", () => {
  const long = (digit: string) => digit.repeat(64);
  assertEquals(
    tellDrift({
      code: { planned: long("c"), found: long("d") },
      data: { "b.zip": { planned: long("2"), found: null } },
      plugins: { "./mine.ts": { planned: long("a"), found: long("b") } },
    }),
    [
      "the program's sources: planned cccccccccccc, found dddddddddddd",
      "plugin ./mine.ts: planned aaaaaaaaaaaa, found bbbbbbbbbbbb",
      "data b.zip: planned 222222222222, found nothing",
    ],
  );
});
