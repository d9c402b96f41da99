import { assertEquals } from "@std/assert";
import { flattenKeys, identityKeys, keyDifferences, rowDifferences } from "../../experiments/differences.ts";
import { base, load } from "./manifest_helpers.ts";
import { sampleRecord } from "./sample_record.ts";

Deno.test("flattenKeys() gives dotted keys, lists of plugins by name with their order, other lists whole", () => {
  const value = {
    backend: "wasm",
    head: { name: "arcface", m: 0.5 },
    weights: null,
    auxiliary: [],
    schedule: { milestones: [5, 9], groups: {} },
    train: { augment: [{ name: "shift", pixels: 2 }, { name: "flip" }] },
    list: [{ a: 1 }, { a: 2 }],
  };
  assertEquals([...flattenKeys(value)], [
    ["backend", "wasm"],
    ["head.name", "arcface"],
    ["head.m", 0.5],
    ["weights", null],
    ["auxiliary", []],
    ["schedule.milestones", [5, 9]],
    ["schedule.groups", {}],
    ["train.augment", ["shift", "flip"]],
    ["train.augment.shift.pixels", 2],
    ["train.augment.flip", {}],
    ["list.0.a", 1],
    ["list.1.a", 2],
  ]);
});

Deno.test("identityKeys() names the record's schema, plugins by kind and name, and digests by path", () => {
  const keys = identityKeys({
    schemaVersion: 4,
    run: { seed: 1, evaluate: sampleRecord().manifest.evaluate },
    plugins: [
      { kind: "head", name: "arcface", version: "1.0.0", sha256: null },
      { kind: "head", name: "mine", version: "2.0.0", sha256: "aa" },
    ],
    data: { "a/b.zip": "bb" },
  });
  assertEquals(Object.fromEntries(keys), {
    seed: 1,
    evaluate: ["unseen"],
    "evaluate.unseen.protocol.protocol": "verification",
    "evaluate.unseen.data.reader": "sampled-pairs",
    "plugins.head.arcface.version": "1.0.0",
    "plugins.head.mine.version": "2.0.0",
    "plugins.head.mine.sha256": "aa",
    "digests.a/b.zip": "bb",
    schemaVersion: 4,
  });
});

Deno.test("keyDifferences() tells both values, and leaves out what a side has not", () => {
  const planned = new Map<string, unknown>([["a", 1], ["b", [1, 2]], ["c", null]]);
  const found = new Map<string, unknown>([["d", "x"], ["b", [1, 3]], ["a", 1]]);
  assertEquals(keyDifferences(planned, found), [
    { key: "b", planned: [1, 2], found: [1, 3] },
    { key: "c", planned: null },
    { key: "d", found: "x" },
  ]);
});

Deno.test("rowDifferences() finds the keys in which rows differ, and what each changes of the base", async () => {
  const rows = `ablation:
  rows:
    - { label: one, head: { s: 32 } }
    - { label: two, train: { steps: 20 }, head: { m: 0.4 } }
    - { label: three, head: { name: norm-softmax, s: 16 }, train: { augment: [{ name: flip }] } }
`;
  const { rows: resolved } = await load(base + rows), { base: first, keys, rows: all } = rowDifferences(resolved);
  assertEquals(first, "one");
  assertEquals(keys.filter((key) => !/^head\.(gradient|boundary|epsilon)$/.test(key)), [
    "head.name",
    "head.m",
    "head.s",
    "train.steps",
    "train.augment",
    "train.augment.flip.probability",
  ]);
  assertEquals(all[0], { label: "one", changes: [] });
  assertEquals(all[1]!.changes, [
    { key: "head.m", planned: 0.4, found: 0.5 },
    { key: "head.s", planned: 16, found: 32 },
    { key: "train.steps", planned: 20, found: 10 },
  ]);
  const against = rowDifferences(resolved, "two");
  assertEquals([against.base, against.keys.length], ["two", keys.length]);
  assertEquals(against.rows[1]!.changes, []);
  // Rows read from a frozen plan share no sections.
  assertEquals(rowDifferences(JSON.parse(JSON.stringify(resolved))), rowDifferences(resolved));
  assertEquals(rowDifferences(resolved.slice(0, 1)).keys, []);
  assertEquals(rowDifferences([]), { base: "", keys: [], rows: [] });
});
