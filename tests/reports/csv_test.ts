import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { buildTable, csvText, renderCsv, renderRunsCsv, renderWideCsv } from "../../reports/mod.ts";
import { completed, definition, idOf, stopped } from "./sample.ts";

/** Reads RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/gy;
  for (let match = field.exec(text); match; match = field.exec(text)) {
    rows.at(-1)!.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

Deno.test("renderCsv() has one line for each row and metric, in full precision", () => {
  const table = buildTable({
    rows: ["Softmax", "CM1 (1, 0.3, 0.2)", "=m"],
    seeds: [0, 1],
    records: [
      completed("Softmax", 0, 0.75),
      completed("Softmax", 1, 0.25),
      completed("CM1 (1, 0.3, 0.2)", 1, 0.125),
      stopped("CM1 (1, 0.3, 0.2)", 0, "diverged", 'The "loss" is NaN,\nstep 3'),
    ],
    columns: ["unseen.accuracy"],
    baseline: "Softmax",
    published: { Softmax: { "unseen.accuracy": 0.9908 } },
  });
  const id = idOf("CM1 (1, 0.3, 0.2)", 0);
  assertEquals(
    renderCsv(table),
    `
row,metric,unit,higher_is_better,mean,std,spread,n,ci_low,ci_high,planned,finished,failed,diverged,stopped,missing,absent,baseline,delta_mean,delta_std,delta_seeds,delta_ci_low,delta_ci_high,delta_p,delta_p_holm,delta_p_sign_flip,pairs,identities,pairs_delta,pairs_ci_low,pairs_ci_high,pairs_p_mcnemar,pairs_p_bootstrap,pairs_p_holm,verdict,verdict_text,published,published_half_width,definition,runs,problems
Softmax,unseen.accuracy,fraction,true,0.5,0.3535533905932738,seeds,6000,-2.6765511840436775,3.6765511840436775,2,2,0,0,0,0,0,Softmax,,,,,,,,,,,,,,,,,,,0.9908,,${definition},${
      idOf("Softmax", 0)
    } ${idOf("Softmax", 1)},
"CM1 (1, 0.3, 0.2)",unseen.accuracy,fraction,true,0.125,,,6000,,,2,1,0,1,0,0,0,Softmax,-0.125,,1,,,,,1,,,,,,,,,too few to tell,too few seeds to tell (n = 1; 7 are needed),,,${definition},${
      idOf("CM1 (1, 0.3, 0.2)", 1)
    },"seed 0 diverged (${id}): The ""loss"" is NaN,
step 3"
'=m,unseen.accuracy,fraction,true,,,,,,,2,0,0,0,0,2,0,Softmax,,,,,,,,,,,,,,,,,,,,,,,seeds 0 and 1 have no record
`.trimStart(),
  );
});

Deno.test("renderCsv() of one planned seed names its spread as that over folds or searches", () => {
  const record = completed("a", 0, 0.5), [accuracy] = record.metrics;
  for (const [over, wanted] of [[{}, "folds"], [{ over: "searches" as const }, "searches"]] as const) {
    const records = [{ ...record, metrics: [{ ...accuracy!, ...over }] }];
    const [head, line] = readCsv(renderCsv(buildTable({ rows: ["a"], seeds: [0], records })));
    assertEquals([line![head!.indexOf("std")], line![head!.indexOf("spread")]], ["0.0078", wanted]);
  }
});

Deno.test("csvText() disarms formulas and leaves other text as it is", () => {
  for (const text of ["=1+1", "+1", "-1", "@x", "\tx", "\rx"]) {
    assertEquals(readCsv(`${csvText(text)},\n`)[0]![0], `'${text}`);
  }
  assertEquals(["ArcFace (0.5)", "NS+Intra", "", "a=b"].map(csvText), ["ArcFace (0.5)", "NS+Intra", "", "a=b"]);
});

Deno.test("csvText() is read back as it was, whatever it holds", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (texts) => {
      const wanted = texts.map((text) => /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text);
      assertEquals(readCsv(`${texts.map(csvText).join(",")}\n`), [wanted]);
    }),
    { seed: 9, numRuns: 300 },
  );
});

Deno.test("renderWideCsv() has one line a row, and no field that no row has", () => {
  const records = [completed("A", 0, 0.5), completed("=B", 0, 0.75)];
  const table = buildTable({ rows: ["A", "=B"], seeds: [0], records, columns: ["unseen.accuracy"], baseline: "A" });
  assertEquals(readCsv(renderWideCsv(table)), [
    ["row", "planned", ...["mean", "std", "finished", "delta", "verdict"].map((name) => `unseen.accuracy.${name}`)],
    ["A", "1", "0.5", "0.0078", "1", "", ""],
    ["'=B", "1", "0.75", "0.0078", "1", "0.25", "too few to tell"],
  ]);
});

Deno.test("renderRunsCsv() has one line for each run and metric, with the status of those that have no figure", () => {
  const records = [completed("A", 2, 0.5), stopped("A", 0, "failed", "no"), completed("A", 3, NaN)];
  const none = { ...records[2]!, metrics: [] };
  const table = buildTable({
    ...{ rows: ["A"], seeds: [0, 1, 2, 3], records: [...records.slice(0, 2), none], columns: ["unseen.accuracy"] },
  });
  const [head, ...lines] = readCsv(renderRunsCsv(table));
  assertEquals(head!.length, 12);
  const of = (seed: number, status: string, figures: readonly string[]) => [
    ...["A", String(seed), status === "missing" ? "" : idOf("A", seed), status, "unseen.accuracy", "fraction", "true"],
    ...figures,
  ];
  const no = ["", "", "", "", ""];
  assertEquals(lines, [
    of(0, "failed", no),
    of(1, "missing", no),
    of(2, "completed", ["0.5", "0.0078", "folds", "6000", definition]),
    of(3, "absent", no),
  ]);
});
