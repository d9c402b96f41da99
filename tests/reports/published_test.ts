import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { buildTable, parsePublished, publishedRows, renderMarkdown, splitPublished } from "../../reports/mod.ts";

const arcface = await Deno.readTextFile(new URL("../../experiments/published/arcface.yaml", import.meta.url));

Deno.test("publishedRows() of the ArcFace paper are fractions by row and metric", () => {
  const rows = publishedRows(parsePublished(arcface, "arcface.yaml"), "table2_casia_resnet50", "arcface.yaml");
  assertEquals(Object.keys(rows).length, 20);
  assertEquals(rows["ArcFace (0.5)"], {
    "lfw.accuracy": 0.9953,
    "cfp_fp.accuracy": 0.9556,
    "agedb_30.accuracy": 0.9515,
  });
  assertEquals(rows["CosFace"], { "lfw.accuracy": 0.9933, "cfp_fp.accuracy": null, "agedb_30.accuracy": null });
});

Deno.test("publishedRows() of angles are degrees, also in a table without a run", () => {
  const published = publishedRows(parsePublished(arcface, "arcface.yaml"), "table3_angles", "arcface.yaml");
  assertEquals(published["ArcFace (0.5)"], {
    "casia.w-ec": 14.29,
    "casia.w-inter": 71.61,
    "casia.intra": 38.45,
    "casia.inter": 65.83,
    "lfw.intra": 28.05,
    "lfw.inter": 66.55,
  });
  assertEquals(published["Triplet (0.35)"]!["casia.w-ec"], null);
  const rows = ["ArcFace (0.5)"], columns = ["lfw.intra"];
  const table = buildTable({ rows, seeds: [0], records: [], columns, published, publishedSource: "arcface.yaml" });
  assertStringIncludes(renderMarkdown(table).split("\n")[2]!, " 28.05 |");
});

Deno.test("publishedRows() names the tables there are", () => {
  const file = parsePublished(arcface, "arcface.yaml");
  for (const key of ["table9", "constructor"]) {
    assertThrows(
      () => publishedRows(file, key, "arcface.yaml"),
      RangeError,
      `Cannot find published table "${key}" in arcface.yaml: it has "table2_casia_resnet50", "table2_lfw_beside_unseen", "table2_tpami_norm_softmax", "table3_angles"`,
    );
  }
});

Deno.test("splitPublished() wants a path and a key", () => {
  assertEquals(splitPublished("a/b.yaml#t2"), { path: "a/b.yaml", key: "t2" });
  for (const wrong of ["a.yaml", "a.yaml#", "#t2", "a#b#c", ""]) {
    assertThrows(() => splitPublished(wrong), RangeError, `Cannot read "${wrong}" as published figures`);
  }
});

Deno.test("parsePublished() names every field that is wrong", () => {
  const file = (table: string) => `title: T\ncite: [x]\ntables:\n  t: { caption: c, source: s, ${table} }\n`;
  const error = assertThrows(
    () =>
      parsePublished(file("unit: percent, columns: [a.b, a.c], rows: { R: [1], S: [1, 101], Q: [1, -1] }"), "p.yaml"),
    SyntaxError,
    "Cannot read published figures of p.yaml: ",
  );
  assertEquals(error.message.includes("tables.t.rows.Q.1: "), true);
  for (
    const [table, problem] of [
      ["unit: percent, columns: [a.b, a.c], rows: { R: [1] }", "tables.t.rows.R: 1 figures for 2 columns"],
      ["unit: percent, columns: [a.b], rows: { R: [101] }", "tables.t.rows.R: 101 is above 100, the most in percent"],
      ["unit: fraction, columns: [a.b], rows: { R: [95] }", "tables.t.rows.R: 95 is above 1, the most in fraction"],
      ["unit: percent, columns: [accuracy], rows: {}", "tables.t.columns.0: a column is written evaluation.metric"],
      ["unit: percent, columns: [a.b], rows: {}, note: x", 'tables.t: Unrecognized key: "note"'],
      ["unit: points, columns: [a.b], rows: {}", "tables.t.unit: "],
    ] as const
  ) assertThrows(() => parsePublished(file(table), "p.yaml"), SyntaxError, problem);
  assertThrows(() => parsePublished("title: [", "p.yaml"), SyntaxError, "Cannot read published figures of p.yaml");
  assertThrows(() => parsePublished("a: 1\na: 2", "p.yaml"), SyntaxError, "Cannot read published figures of p.yaml");
});
