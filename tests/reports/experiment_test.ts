import { assertEquals, assertThrows } from "@std/assert";
import { tableOfExperiment, type TablePlan } from "../../reports/mod.ts";
import { completed, idOf } from "./sample.ts";

const plan: TablePlan = {
  rows: [{ label: "Softmax" }, { label: "ArcFace" }],
  seeds: [0, 1],
  table: { columns: ["unseen.accuracy"], baseline: "Softmax", published: "published/arcface.yaml#table2" },
  runs: ["Softmax", "ArcFace"].flatMap((row) => [0, 1].map((seed) => ({ id: idOf(row, seed), row, seed }))),
  published: { ArcFace: { "unseen.accuracy": 0.9953 } },
};

Deno.test("tableOfExperiment() follows the plan: rows, columns, baseline, published figures", () => {
  const records = [completed("ArcFace", 1, 0.95), completed("Softmax", 1, 0.9), completed("Softmax", 0, 0.8)];
  const table = tableOfExperiment({ plan, records });
  assertEquals(table.rows.map(({ label }) => label), ["Softmax", "ArcFace"]);
  assertEquals([table.baseline, table.publishedSource], ["Softmax", "published/arcface.yaml#table2"]);
  assertEquals(table.rows.map(({ cells }) => [cells[0]!.finished, cells[0]!.published]), [[2, undefined], [1, 0.9953]]);
});

Deno.test("tableOfExperiment() knows a run by its id, though its row was renamed, and leaves other plans' runs out", () => {
  const renamed = { ...completed("ArcFace", 0, 0.95), row: "Arc" };
  const stale = completed("Softmax", 0, 0.1);
  const records = [renamed, { ...stale, id: "0123456789ab" }];
  const table = tableOfExperiment({ plan, records, problems: ["Cannot read x/record.json"] });
  assertEquals(table.rows.map(({ cells }) => cells[0]!.finished), [0, 1]);
  assertEquals(table.notes, ["Cannot read x/record.json", "Left out, as runs of another plan: 0123456789ab"]);
});

Deno.test("tableOfExperiment() without a plan takes rows and seeds from the records, and says so", () => {
  const records = [completed("b", 3, 0.9), completed("a", 1, 0.8)];
  const table = tableOfExperiment({ records });
  assertEquals([table.rows.map(({ label }) => label), table.seeds], [["b", "a"], [1, 3]]);
  assertEquals(table.notes.length, 1);
  const twice = [...records, { ...records[0]!, id: "0123456789ab" }];
  assertThrows(() => tableOfExperiment({ records: twice }), RangeError, 'Cannot put two records in row "b", seed 3');
});
