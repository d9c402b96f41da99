import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { renderMarkdown, tableOfExperiment, type TablePlan } from "../../reports/mod.ts";
import { completed, idOf, stopped } from "./sample.ts";

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

Deno.test("tableOfExperiment() shows runs that were stopped early as such, and says by what rows were chosen", () => {
  const rule = { rule: "halving", metric: "unseen.accuracy", higherIsBetter: true, rungs: [300], keep: 0.5 } as const;
  const halved: TablePlan = { ...plan, stopping: { ...rule, protect: [] } };
  const why = "stopped at step 300 (halving, rank 2 of 2)";
  const ended = [0, 1].map((seed) => ({ ...stopped("ArcFace", seed, "failed", why), status: "stopped" as const }));
  const records = [completed("Softmax", 0, 0.8), completed("Softmax", 1, 0.9)];
  const table = tableOfExperiment({ plan: halved, records: [...records, ...ended] });
  const cell = table.rows[1]!.cells[0]!;
  assertEquals([cell.mean, cell.finished, cell.stopped, cell.delta], [null, 0, 2, null]);
  assertEquals(cell.problems[0], `seed 0 ${why} (${idOf("ArcFace", 0)})`);
  assertEquals(table.notes, [
    "Rows were stopped early by halving on unseen.accuracy at steps 300: those that went on were chosen by it, so its " +
    "figures here are of the best rows; those that were stopped count among the comparisons",
  ]);
  assertEquals(tableOfExperiment({ plan: halved, records }).notes, []);
});

Deno.test("verdicts count rows that were stopped among Holm's comparisons, and the footnote says how many", () => {
  const labels = ["Softmax", "ArcFace", "Cut 1", "Cut 2", "Cut 3"], seeds = [0, 1, 2, 3, 4, 5, 6];
  const columns = ["unseen.accuracy"];
  const tableOf = (rows: readonly string[]) =>
    tableOfExperiment({
      plan: {
        rows: rows.map((label) => ({ label })),
        seeds,
        table: { columns, baseline: "Softmax", published: null },
        runs: rows.flatMap((row) => seeds.map((seed) => ({ id: idOf(row, seed), row, seed }))),
        published: null,
      },
      records: rows.flatMap((row) =>
        seeds.map((seed) =>
          row.startsWith("Cut")
            ? { ...stopped(row, seed, "failed", "stopped at step 300"), status: "stopped" as const }
            : completed(row, seed, row === "ArcFace" ? 0.85 + 0.01 * (seed % 2) : 0.8)
        )
      ),
    });
  const verdictOf = (rows: readonly string[]) => tableOf(rows).rows[1]!.cells[0]!.verdict!;
  assertEquals([verdictOf(labels.slice(0, 3)).word, verdictOf(labels).word], ["better", "too few to tell"]);
  const told = renderMarkdown(tableOf(labels.slice(0, 3)));
  assertStringIncludes(
    told,
    "Over seeds: paired t-test from 7 seeds on, as a sign-flip test of n has no p below 2 · 2/2ⁿ after Holm; p below 0.05 " +
      "after Holm's correction over 2 comparisons a column: every planned row but Softmax, finished or not",
  );
  assertStringIncludes(renderMarkdown(tableOf(labels)), "? too few seeds to tell (n = 7; 8 are needed)");
});
