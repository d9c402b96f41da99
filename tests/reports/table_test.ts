import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { buildTable, type Table, type TableCell, tableFormats, type TableRecord } from "../../reports/mod.ts";
import { completed, definition, idOf, stopped } from "./sample.ts";

const columns = ["unseen.accuracy"];

function cellOf(table: Table, row: string): TableCell {
  return table.rows.find(({ label }) => label === row)!.cells[0]!;
}

Deno.test("buildTable() gives the mean and the sample standard deviation over seeds", () => {
  const records = [0.9, 0.92, 0.97].map((value, seed) => completed("a", seed, value));
  const cell = cellOf(buildTable({ rows: ["a"], seeds: [0, 1, 2], records, columns }), "a");
  assertAlmostEquals(cell.mean!, 0.93, 1e-12);
  assertAlmostEquals(cell.std!, Math.sqrt((0.03 ** 2 + 0.01 ** 2 + 0.04 ** 2) / 2), 1e-12);
  assertEquals(cell.runStd, null);
  assertEquals(cell.runs.map(({ id }) => id), [0, 1, 2].map((seed) => idOf("a", seed)));
});

Deno.test("buildTable() has no spread over seeds for one seed; only a planned single seed shows that over folds", () => {
  const records = [completed("a", 0, 0.9)];
  const single = cellOf(buildTable({ rows: ["a"], seeds: [0], records, columns }), "a");
  assertEquals([single.std, single.runStd], [null, 0.0078]);
  const partial = cellOf(buildTable({ rows: ["a"], seeds: [0, 1], records, columns }), "a");
  assertEquals([partial.std, partial.runStd, partial.finished, partial.missing], [null, null, 1, 1]);
});

Deno.test("buildTable() pairs differences to the baseline by seed", () => {
  const records = [
    ...[0.8, 0.7, 0.6].map((value, seed) => completed("base", seed, value)),
    completed("a", 2, 0.65),
    completed("a", 0, 0.87),
  ];
  const table = buildTable({ rows: ["base", "a", "none"], seeds: [0, 1, 2], records, columns, baseline: "base" });
  const delta = cellOf(table, "a").delta!;
  assertAlmostEquals(delta.mean, 0.06, 1e-12);
  assertAlmostEquals(delta.std!, Math.SQRT2 * 0.01, 1e-12);
  assertEquals([delta.n, cellOf(table, "base").delta, cellOf(table, "none").delta], [2, null, null]);
});

Deno.test("buildTable() takes every metric, in order of appearance, when no columns are named", () => {
  const table = buildTable({ rows: ["a"], seeds: [0], records: [completed("a", 0, 0.9)] });
  assertEquals(table.columns.map(({ metric }) => metric), ["unseen.accuracy", "unseen.xnorm"]);
});

Deno.test("buildTable() counts a value that is not finite, or a metric that is not there, as absent", () => {
  const record = completed("a", 0, 0.9);
  const broken = { ...record, metrics: [{ ...record.metrics[0]!, value: null }] };
  const cell = cellOf(buildTable({ rows: ["a"], seeds: [0], records: [broken], columns }), "a");
  assertEquals([cell.finished, cell.absent, cell.mean], [0, 1, null]);
  assertEquals(cell.problems, [`seed 0 completed with no finite unseen.accuracy (${record.id})`]);
  const other = buildTable({ rows: ["a"], seeds: [0], records: [record], columns: ["other.accuracy"] });
  assertEquals(cellOf(other, "a").absent, 1);
});

Deno.test("buildTable() notes rows that follow different definitions, and does not compare them", () => {
  const a = completed("a", 0, 0.9), b = completed("b", 0, 0.8);
  const flipped = { ...b, metrics: b.metrics.map((metric) => ({ ...metric, definition: "other/1" })) };
  const table = buildTable({ rows: ["a", "b"], seeds: [0], records: [a, flipped], columns, baseline: "a" });
  assertEquals(table.notes, [
    `Rows of unseen.accuracy are not comparable, they follow different definitions: "${definition}", "other/1"`,
  ]);
  assertEquals(cellOf(table, "b").delta, null);
});

Deno.test("buildTable() leaves out records of no planned row or seed, with a note", () => {
  const records = [completed("a", 0, 0.9), completed("a", 5, 0.1), completed("z", 0, 0.1)];
  const table = buildTable({ rows: ["a"], seeds: [0], records, columns });
  assertEquals(cellOf(table, "a").mean, 0.9);
  assertEquals(table.notes, [
    `Left out, as no row or seed of the plan: ${idOf("a", 5)} (a, seed 5), ${idOf("z", 0)} (z, seed 0)`,
  ]);
});

Deno.test("buildTable() refuses what it could only mix silently", () => {
  const record = completed("a", 0, 0.9);
  const plan = { rows: ["a"], seeds: [0], columns };
  assertThrows(
    () => buildTable({ ...plan, records: [record, { ...record, id: "f".repeat(12) }] }),
    RangeError,
    'Cannot put two records in row "a", seed 0',
  );
  const percent = completed("b", 0, 90);
  const other = { ...percent, metrics: [{ ...percent.metrics[0]!, unit: "percent" }] };
  assertThrows(
    () => buildTable({ ...plan, rows: ["a", "b"], records: [record, other] }),
    TypeError,
    'Cannot put unseen.accuracy in one column: runs give it in "fraction" and "percent"',
  );
  assertThrows(() => buildTable({ ...plan, rows: ["a", "a"], records: [] }), RangeError, 'row "a" twice');
  assertThrows(() => buildTable({ ...plan, seeds: [1, 1], records: [] }), RangeError, 'seed "1" twice');
  assertThrows(
    () => buildTable({ ...plan, records: [], baseline: "Softmax" }),
    RangeError,
    'Cannot compare with baseline "Softmax": the rows are "a"',
  );
});

Deno.test("buildTable() of any subset of records renders in every format, and its counts add up", () => {
  const rows = ["Softmax", "ArcFace (0.5)", '=CM1, "x" | y', "none"], seeds = [0, 1, 2];
  const outcome = fc.record({
    kind: fc.constantFrom("completed", "failed", "diverged", "missing", "absent"),
    value: fc.double({ min: 0, max: 1, noNaN: true }),
    text: fc.string({ unit: "binary" }),
  });
  const options = fc.record({
    baseline: fc.constantFrom(null, ...rows),
    columns: fc.constantFrom([], ["unseen.accuracy"], ["unseen.xnorm", "unseen.accuracy", "other.auc"]),
    published: fc.constantFrom(null, { Softmax: { "unseen.accuracy": 0.9, "other.auc": null } }),
  });
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 12, maxLength: 12 }), options, (outcomes, options) => {
      const records = rows.flatMap((row, r) =>
        seeds.flatMap((seed, s): TableRecord[] => {
          const { kind, value, text } = outcomes[3 * r + s]!;
          if (kind === "missing") return [];
          if (kind === "completed") return [completed(row, seed, value)];
          if (kind === "absent") return [{ ...completed(row, seed, value), metrics: [] }];
          return [stopped(row, seed, kind as "failed" | "diverged", text)];
        })
      );
      const table = buildTable({ rows, seeds, records, ...options, publishedSource: "file.yaml#key" });
      for (const [r, { cells }] of table.rows.entries()) {
        for (const cell of cells) {
          const { planned, finished, failed, diverged, missing, absent } = cell;
          assertEquals(planned, 3);
          assertEquals(finished + failed + diverged + missing + absent, planned);
          assertEquals(cell.runs.length + cell.absences.length, planned);
          assertEquals(
            cell.problems.length,
            planned - finished - Math.max(0, missing - 1),
            "one line for those without record",
          );
          assertEquals([cell.mean !== null, cell.std !== null], [finished > 0, finished > 1]);
          if (cell.metric !== "unseen.accuracy") continue;
          const kinds = outcomes.slice(3 * r, 3 * r + 3).map(({ kind }) => kind);
          for (const kind of ["failed", "diverged", "missing", "absent"] as const) {
            assertEquals(cell[kind], kinds.filter((found) => found === kind).length);
          }
        }
      }
      assertEquals(JSON.parse(tableFormats.json(table)), JSON.parse(JSON.stringify(table)));
      assert(tableFormats.csv(table).startsWith("row,metric,unit,"));
      const [head, rule, ...body] = tableFormats.md(table).split("\n\n")[0]!.trimEnd().split("\n");
      assertEquals(body.length, rows.length);
      for (const line of [head!, ...body]) {
        assertEquals(line.replaceAll("\\|", "").split("|").length, rule!.split("|").length);
      }
    }),
    { seed: 42, numRuns: 200 },
  );
});
