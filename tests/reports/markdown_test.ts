import { assert, assertEquals } from "@std/assert";
import { buildTable, escapeMarkdown, renderMarkdown } from "../../reports/mod.ts";
import { completed, definition, stopped } from "./sample.ts";

Deno.test("renderMarkdown() of three seeds: spread, failures, baseline, published figures", () => {
  const table = buildTable({
    rows: ["Softmax", "CosFace (0.35)", "ArcFace (0.5)", "CM1 (1, 0.3, 0.2)"],
    seeds: [0, 1, 2],
    records: [
      completed("Softmax", 0, 0.94),
      completed("Softmax", 1, 0.942),
      completed("Softmax", 2, 0.944),
      completed("ArcFace (0.5)", 2, 0.953),
      completed("ArcFace (0.5)", 0, 0.951),
      stopped("ArcFace (0.5)", 1, "diverged", "Cannot go on: the loss is NaN\nat step 17 | head.weight"),
      completed("CosFace (0.35)", 0, 0.949),
      stopped("CM1 (1, 0.3, 0.2)", 0, "failed", "Out of memory"),
      stopped("CM1 (1, 0.3, 0.2)", 1, "failed", "Out of memory"),
    ],
    columns: ["unseen.accuracy", "unseen.xnorm"],
    baseline: "Softmax",
    published: { "Softmax": { "unseen.accuracy": 0.9908 }, "CosFace (0.35)": { "unseen.accuracy": null } },
    publishedSource: "published/arcface.yaml#table2_casia_resnet50",
    publishedUnits: { "unseen.accuracy": 6000 },
  });
  assertEquals(
    renderMarkdown(table),
    String.raw`
| row               | unseen.accuracy (%) ↑ |       Δ Softmax (pp) | published (%) | unseen.xnorm (norm) | Δ Softmax (norm) |
| ----------------- | --------------------: | -------------------: | ------------: | ------------------: | ---------------: |
| Softmax           |          94.20 ± 0.50 |                      |  99.08 ± 0.24 |            11 ± 2.5 |                  |
| CosFace (0.35)    |          94.90 (1/3)¹ |        +0.90 (1/3) ? |           n/r |           10 (1/3)¹ |        0 (1/3) ? |
| ArcFace (0.5)     |   95.20 ± 1.27 (2/3)² | +1.00 ± 1.27 (2/3) ? |               |      11 ± 13 (2/3)² |    0 ± 0 (2/3) ? |
| CM1 (1, 0.3, 0.2) |                    —³ |                    — |               |                  —³ |                — |

- ¹ CosFace (0.35): seeds 1 and 2 have no record
- ² ArcFace (0.5): seed 1 diverged (007b925efcc7): Cannot go on: the loss is NaN at step 17 \| head.weight
- ³ CM1 (1, 0.3, 0.2): seed 0 failed (001254ad2987): Out of memory; seed 1 failed (00ec193f0ba6): Out of memory; seed 2 has no record
- ± is half the width of the 95 % t-interval of the mean over seeds
- n = 3 seeds a row; a seed's figure is over 6000 units (unseen.accuracy), 3000 units (unseen.xnorm)
- A figure without ± in a table of several seeds rests on one seed
- (k/3): k of 3 planned seeds finished; the mean is over those
- Δ is the mean difference to Softmax, seed by seed, ± half the width of its 95 % t-interval
- ? too few seeds to tell (n = 1, 2; 7 are needed)
- Published figures: published/arcface.yaml#table2_casia_resnet50, on the data and pairs of their paper; ± is half the width of the binomial interval (Wilson, 95 %) of their test set alone
- n/r: not reported there
- Definition of unseen.accuracy, unseen.xnorm: insightface-verification/1; flip=none; folds=10
`.trimStart(),
  );
});

Deno.test("renderMarkdown() prints angles in degrees, with two decimals", () => {
  const angle = (row: string, value: number) => {
    const record = completed(row, 0, 0.9);
    const metric = {
      evaluation: "train",
      definition,
      name: "intra",
      value,
      n: 9,
      unit: "degree",
      higherIsBetter: false,
    };
    return { ...record, metrics: [metric] };
  };
  const table = buildTable({
    rows: ["NS", "ArcFace"],
    seeds: [0],
    records: [angle("NS", 50.5), angle("ArcFace", 8.8349)],
    columns: ["train.intra"],
    baseline: "NS",
  });
  const [head, , ...rows] = renderMarkdown(table).split("\n");
  const cells = (line: string) => line.split("|").map((cell) => cell.trim()).filter((cell) => cell !== "");
  assertEquals(cells(head!), ["row", "train.intra (°) ↓", "Δ NS (°)"]);
  assertEquals(rows.slice(0, 2).map(cells), [["NS", "50.50"], ["ArcFace", "8.83", "-41.67 ?"]]);
});

Deno.test("renderMarkdown() of one seed shows the spread over folds, and says so", () => {
  const table = buildTable({
    rows: ["Softmax", "ArcFace (0.5)"],
    seeds: [7],
    records: [completed("Softmax", 7, 0.94), completed("ArcFace (0.5)", 7, 0.95234)],
    columns: ["unseen.accuracy"],
  });
  assertEquals(
    renderMarkdown(table),
    `
| row           | unseen.accuracy (%) ↑ |
| ------------- | --------------------: |
| Softmax       |          94.00 ± 0.78 |
| ArcFace (0.5) |          95.23 ± 0.78 |

- ± is the standard deviation over the folds of one seed (7, ddof 0); it is not the spread over seeds
- n = 1 seed a row; a seed's figure is over 6000 units (unseen.accuracy)
- Definition of unseen.accuracy: insightface-verification/1; flip=none; folds=10
`.trimStart(),
  );
});

Deno.test("renderMarkdown() says which spread is over folds, and which over searches", () => {
  const record = completed("a", 7, 0.94), [accuracy] = record.metrics;
  const found = { ...accuracy!, evaluation: "one-shot", name: "rank-1", over: "searches" as const };
  const of = (...columns: string[]) => {
    const records = [{ ...record, metrics: [accuracy!, found] }];
    return renderMarkdown(buildTable({ rows: ["a"], seeds: [7], records, columns }))
      .split("\n").filter((line) => line.startsWith("- ±"));
  };
  assertEquals(of("one-shot.rank-1"), [
    "- ± is the standard deviation over the searches of one seed (7, ddof 0); it is not the spread over seeds",
  ]);
  assertEquals(of("unseen.accuracy", "one-shot.rank-1"), [
    "- ± is the standard deviation over the folds (unseen.accuracy) or the searches (one-shot.rank-1) of one seed (7, " +
    "ddof 0); it is not the spread over seeds",
  ]);
});

Deno.test("renderMarkdown() sets nothing in bold for few seeds, one row, a row that lacks a seed, or a metric without direction", () => {
  const rows = ["a", "b"], seeds = [0, 1, 2, 3, 4, 5], columns = ["unseen.accuracy"];
  const all = seeds.flatMap((seed) => [completed("a", seed, 0.9 + seed / 1e4), completed("b", seed, 0.8)]);
  assert(renderMarkdown(buildTable({ rows, seeds, records: all, columns })).includes("**90.03 ± 0.02**"));
  for (
    const options of [
      { rows, seeds: [0, 1, 2, 3, 4], records: all.slice(0, 10), columns },
      { rows: ["a"], seeds, records: all.filter(({ row }) => row === "a"), columns },
      { rows, seeds, records: all.slice(0, -1), columns },
      { rows, seeds: [...seeds, 6], records: all, columns },
      { rows, seeds, records: all, columns: ["unseen.xnorm"] },
    ]
  ) assert(!renderMarkdown(buildTable(options)).includes("**"));
});

Deno.test("renderMarkdown() of a metric where lower is better points down and sets the lowest in bold", () => {
  const eer = (row: string, seed: number, value: number) => {
    const record = completed(row, seed, value);
    return { ...record, metrics: [{ ...record.metrics[0]!, name: "eer", higherIsBetter: false }] };
  };
  const seeds = [0, 1, 2, 3, 4, 5];
  const records = seeds.flatMap((seed) => [eer("a", seed, 0.15), eer("b", seed, 0.25 + seed / 1e4)]);
  const text = renderMarkdown(buildTable({ rows: ["a", "b"], seeds, records }));
  assert(text.includes("unseen.eer (%) ↓") && text.includes("**15.00 ± 0.00**") && !text.includes("**25"));
});

Deno.test("renderMarkdown() of no record at all still shows every row", () => {
  const table = buildTable({ rows: ["a", "b"], seeds: [0], records: [], columns: ["unseen.accuracy"] });
  assertEquals(
    renderMarkdown(table),
    `
| row | unseen.accuracy |
| --- | --------------: |
| a   |              —¹ |
| b   |              —² |

- ¹ a: seed 0 has no record
- ² b: seed 0 has no record
`.trimStart(),
  );
});

Deno.test("escapeMarkdown() keeps a cell a cell", () => {
  assertEquals(escapeMarkdown("a|b\n`c` *d* <e> [f](g)"), "a\\|b \\`c\\` \\*d\\* \\<e\\> \\[f\\](g)");
  assertEquals(escapeMarkdown("\u001b[31mred\0"), " \\[31mred".trim());
  assertEquals(escapeMarkdown("_x_ agedb_30.accuracy"), "\\_x\\_ agedb_30.accuracy");
  const table = buildTable({ rows: ["x | y\n| z"], seeds: [0], records: [], columns: ["unseen.accuracy"] });
  const row = renderMarkdown(table).split("\n")[2]!;
  assertEquals(row.replaceAll("\\|", "").split("|").length, 4);
});

Deno.test("seeds without a record are named together, three in a row as a range", () => {
  const seeds = [0, 1, 2, 4, 5, 9],
    { problems } = buildTable({
      rows: ["a"],
      seeds,
      columns: ["unseen.accuracy"],
      records: [],
      baseline: null,
      published: null,
    }).rows[0]!.cells[0]!;
  assertEquals(problems, ["seeds 0 to 2, 4, 5 and 9 have no record"]);
});

Deno.test("two signs are explained where seeds and pairs say different things", () => {
  const rows = ["Softmax", "A"],
    records = Array.from({ length: 10 }, (_, seed) => seed).flatMap((seed) => [
      completed("Softmax", seed, 0.9),
      completed("A", seed, 0.95 + 0.001 * (seed % 3)),
    ]);
  const table = buildTable({
    rows,
    seeds: [...Array(10).keys()],
    records,
    columns: ["unseen.accuracy"],
    baseline: "Softmax",
    published: null,
  });
  const [, cell] = table.rows.map(({ cells }) => cells[0]!), { verdict } = cell!;
  const pairs = { word: "indistinguishable", n: 800, p: 0.2, adjusted: 0.2 } as const;
  const both = { ...cell!, verdict: { ...verdict!, word: "indistinguishable" as const, pairs } };
  const said = renderMarkdown({ ...table, rows: [table.rows[0]!, { ...table.rows[1]!, cells: [both] }] });
  assert(/\| A +\|.* ▲○ \|/.test(said), said);
  assert(said.includes("\n- ▲ better than Softmax\n"), said);
  assert(/^- Two signs .*\(training noise\).*\(test-set noise\): ○ indistinguishable from Softmax$/m.test(said), said);
});
