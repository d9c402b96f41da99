import { assertEquals, assertStringIncludes } from "@std/assert";
import type { PairOutcomes } from "../../../experiments/outcomes.ts";
import { compareJudged } from "../../../reports/figures/agreement.ts";
import { drawFigures } from "../../../reports/mod.ts";
import { sampleExhibit, valuesOf } from "./sample.ts";

const none = new Int32Array(4);
const pairs = { same: Uint8Array.of(1, 1, 0, 0), fold: none, folds: 1, left: none, right: none };

/** An exhibit whose runs judged four pairs as told. */
function judged(runs: readonly (readonly [row: string, seed: number, correct: readonly number[]])[]) {
  const sample = sampleExhibit(runs.map(([row, seed]) => ({ row, seed })));
  const outcomes = new Map(sample.records.map(({ id }, i): [string, Map<string, PairOutcomes>] => {
    const correct = Uint8Array.from(runs[i]![2]);
    return [id, new Map([["unseen", { pairs, scores: new Float64Array(4), correct }]])];
  }));
  return { ...sample, outcomes: { runs: outcomes, notes: [] } };
}

Deno.test("compareJudged() counts what two runs judge alike, and their errors in common", () => {
  assertEquals(compareJudged(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(1, 0, 0, 0)), { alike: 0.75, errors: 2 / 3 });
  assertEquals(compareJudged(Uint8Array.of(1, 1), Uint8Array.of(1, 1)), { alike: 1, errors: 1 });
});

Deno.test("figure agreement: means over every two runs of two rows, and over the seeds of one on the diagonal", async () => {
  const exhibit = judged([["A", 0, [1, 1, 0, 0]], ["A", 1, [1, 0, 0, 0]], ["B", 0, [0, 1, 1, 1]]]);
  const { figures: [figure] } = await drawFigures({ exhibit }, ["agreement"]);
  assertEquals(valuesOf(figure!.spec), [
    { a: "A", b: "A", alike: 75, errors: 66.6667 },
    { a: "A", b: "B", alike: 12.5, errors: 0 },
    { a: "B", b: "A", alike: 12.5, errors: 0 },
  ]);
  assertStringIncludes(figure!.caption, "percent of the 4 pairs");
});

Deno.test("figure agreement says what it lacks where one run alone has stored its scores", async () => {
  const { absent } = await drawFigures({ exhibit: judged([["A", 0, [1, 1, 0, 0]]]) }, ["agreement"]);
  assertStringIncludes(absent[0]!.reason, "no two runs have stored");
});
