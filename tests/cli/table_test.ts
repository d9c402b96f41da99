import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../cli/program.ts";
import { openStore } from "../../experiments/store.ts";
import { builtins } from "../../registry/mod.ts";
import { type CellExplanation, outcomesFor, PAIRS_UP_TO, type Table } from "../../reports/mod.ts";

const results = new URL("../../results", import.meta.url).pathname;

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  return { code: await main(args, io, () => {}), out, err };
}

Deno.test("table --explain of the committed records tells runs, changes and the tests on their stored pairs", async () => {
  const flags = ["--explain", "ArcFace+Triplet", "unseen.accuracy", "--format", "json"];
  const { code, out } = await cli("table", `${results}/omniglot-table2`, ...flags);
  assertEquals(code, 0);
  const { cell, runs, changes, baseline }: CellExplanation = JSON.parse(out);
  assertEquals([runs.length, runs[0]!.status, baseline], [1, "completed", "Softmax"]);
  assertMatch(runs[0]!.commit!, /^[0-9a-f]{40}$/);
  assert(changes!.some(({ path, row }) => path === "train.sampler.name" && row === "identity"));
  assertEquals([cell.pairs!.n, cell.pairs!.identities, cell.pairs!.mcnemar!.length], [6000, 659, 1]);
  const { b, c } = cell.pairs!.mcnemar![0]!;
  assert(Math.abs((b - c) / 6000 - cell.delta!.mean) < 1e-9, "McNemar's counts have the recorded difference");
  assertEquals([cell.verdict!.word, cell.verdict!.seeds.word], ["worse", "too few to tell"]);
  assertStringIncludes(
    cell.verdict!.text,
    "worse than Softmax: too few seeds to tell (n = 1; 10 are needed); worse over",
  );
});

Deno.test("table --no-pairs compares over seeds alone; LaTeX, HTML and text of a cell are printed", async () => {
  const where = `${results}/omniglot-table2`;
  const table: Table = JSON.parse((await cli("table", where, "--no-pairs", "--format", "json")).out);
  assertEquals(table.schemaVersion, 2);
  assert(table.rows.every(({ cells }) => cells.every(({ pairs }) => pairs === null)));
  assertStringIncludes(
    (await cli("table", where, "--no-pairs", "--format", "latex")).out,
    "\\begin{tabular}{lS[table-format=2.2(3)]S[table-format=+1.2]",
  );
  assertStringIncludes(
    (await cli("table", where, "--no-pairs", "--format", "html")).out,
    '<th scope="row">CosFace</th>',
  );
  const told = (await cli("table", `${results}/toy-2d`, "--explain", "ArcFace (0.5)", "train.intra")).out;
  assertStringIncludes(told, 'head.name: "softmax" → "arcface"');
  assertStringIncludes(told, "Verdict: too few seeds to tell (n = 3; 6 are needed)");
});

Deno.test("table --columns prints others than the plan's, and refuses what no run measured", async () => {
  const { out } = await cli(
    "table",
    `${results}/toy-2d`,
    "--columns",
    "train.inter,train.intra",
    "--format",
    "csv-wide",
  );
  assertMatch(out, /^row,planned,train\.inter\.mean,.*,train\.intra\.mean,/);
  const { code, err } = await cli("table", `${results}/toy-2d`, "--columns", "train.intro");
  assertEquals(code, 2);
  assertStringIncludes(err, 'Cannot print column "train.intro": the runs measured train.inter, ');
});

Deno.test("table --explain without a column, or of a row that is not there, exits 2", async () => {
  for (
    const [flags, message] of [
      [["--explain", "Softmax"], "wanted both its row and its column"],
      [["train.intra"], "wanted both its row and its column"],
      [
        ["--explain", "Nothing", "train.intra"],
        'Cannot explain row "Nothing": the table has "Softmax", "ArcFace (0.5)"',
      ],
      [
        ["--explain", "Softmax", "train.intra", "--format", "csv"],
        "Cannot use --format with --explain: a cell is told as",
      ],
      [["--explain", "Softmax", "train.x"], 'Cannot explain column "train.x"'],
    ] as const
  ) {
    const { code, err } = await cli("table", `${results}/toy-2d`, ...flags);
    assertEquals(code, 2, err);
    assertStringIncludes(err, message);
  }
});

Deno.test("outcomesFor() reads no scores of many runs unless it is asked to, and says so", async () => {
  const store = openStore(results), experiment = "omniglot-table2", registries = builtins();
  const plan = (await store.readPlan(experiment))!, { records } = await store.records(experiment);
  const many = Array.from({ length: PAIRS_UP_TO / 20 + 1 }, () => records).flat();
  const sources = { store, experiment, registries };
  const { runs, notes } = await outcomesFor(plan, many, sources);
  assertEquals([runs.size, notes.length], [0, 1]);
  assertStringIncludes(notes[0]!, "140 runs are many, --pairs reads their scores all the same");
  assertEquals((await outcomesFor(plan, records, sources)).runs.size, 20);
  assertEquals((await outcomesFor(plan, many, { ...sources, pairs: true })).runs.size, 20);
});
