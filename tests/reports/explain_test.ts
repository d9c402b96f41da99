import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { buildTable, explainCell, renderExplanation } from "../../reports/mod.ts";
import { completed, idOf } from "./sample.ts";

const rows = ["Softmax", "ArcFace"], seeds = [0, 1];
const records = [
  completed("Softmax", 0, 0.9),
  completed("Softmax", 1, 0.91),
  {
    ...completed("ArcFace", 0, 0.95),
    environment: { code: "c".repeat(64), git: { commit: "d".repeat(40), dirty: true } },
    startedAt: "2026-01-02T03:04:05.000Z",
    cost: { steps: 4, seconds: 61, trainSeconds: 50, imagesPerSecond: 1, peakMemoryBytes: null },
    drift: { code: { planned: "a".repeat(64), found: "c".repeat(64) } },
  },
];
const plan = {
  rows: [
    { label: "Softmax", run: { head: { name: "softmax" }, train: { steps: 4 } } },
    { label: "ArcFace", run: { head: { name: "arcface", m: 0.5 }, train: { steps: 4 } } },
  ],
  runs: rows.flatMap((row) => seeds.map((seed) => ({ id: idOf(row, seed), row, seed }))),
};
const table = buildTable({ rows, seeds, records, columns: ["unseen.accuracy"], baseline: "Softmax" });

Deno.test("explainCell() tells every planned run, what the row changes, and the numbers of the tests", () => {
  const told = explainCell({ row: "ArcFace", column: "unseen.accuracy" }, { table, records, plan });
  assertEquals(told.runs.map(({ seed, id, status, value }) => [seed, id, status, value]), [
    [0, idOf("ArcFace", 0), "completed", 0.95],
    [1, idOf("ArcFace", 1), "missing", null],
  ]);
  assertEquals(told.changes, [
    { path: "head.name", baseline: "softmax", row: "arcface" },
    { path: "head.m", baseline: undefined, row: 0.5 },
  ]);
  const text = renderExplanation(told);
  assertStringIncludes(text, "ArcFace, unseen.accuracy (%): 95.00, 1 of 2 seeds");
  assertStringIncludes(
    text,
    `seed 0 · ${idOf("ArcFace", 0)} · completed 95.00 · commit dddddddddddd with changes · code cccccccccccc · ` +
      "2026-01-02T03:04:05.000Z · 61 s · drifted: code",
  );
  assertStringIncludes(text, `seed 1 · ${idOf("ArcFace", 1)} · missing`);
  assertStringIncludes(text, 'head.name: "softmax" → "arcface"\n  head.m: absent → 0.5');
  assertStringIncludes(text, "Over seeds: Δ +5.00, n = 1, sign-flip p = 1 (least possible = 1)");
  assertStringIncludes(text, "Verdict: too few seeds to tell (n = 1; 6 are needed)");
});

Deno.test("explainCell() names the rows and columns there are", () => {
  const sources = { table, records, plan };
  assertThrows(
    () => explainCell({ row: "Arc", column: "unseen.accuracy" }, sources),
    RangeError,
    'Cannot explain row "Arc": the table has "Softmax", "ArcFace"',
  );
  assertThrows(
    () => explainCell({ row: "ArcFace", column: "accuracy" }, sources),
    RangeError,
    'Cannot explain column "accuracy": the table has "unseen.accuracy"',
  );
});

Deno.test("explainCell() names changes as a plan does: augmentations by name, other lists whole", () => {
  const run = (...augment: readonly object[]) => ({ train: { augment, sizes: [1, augment.length] } });
  const rows = [{ label: "Softmax", run: run({ name: "flip" }) }, {
    label: "ArcFace",
    run: run({ name: "flip" }, { name: "blur", sigma: 2 }),
  }];
  const told = explainCell({ row: "ArcFace", column: "unseen.accuracy" }, { table, records, plan: { ...plan, rows } });
  assertEquals(told.changes, [
    { path: "train.augment", baseline: ["flip"], row: ["flip", "blur"] },
    { path: "train.sizes", baseline: [1, 1], row: [1, 2] },
    { path: "train.augment.blur.sigma", baseline: undefined, row: 2 },
  ]);
});
