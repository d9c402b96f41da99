import { assert, assertEquals } from "@std/assert";
import { renderFigures } from "../../cli/evaluate_figures.ts";
import type { RecordedMetric } from "../../experiments/record.ts";

function metric(evaluation: string, name: string, more: Partial<RecordedMetric> = {}): RecordedMetric {
  const shared = { value: 0.98765, n: 6000, unit: "fraction", higherIsBetter: true, definition: "d" };
  return { evaluation, name, ...shared, ...more };
}

Deno.test("renderFigures() sets evaluations that share metrics side by side, others beneath", () => {
  const lines = renderFigures([
    metric("lfw", "accuracy", { std: 0.0028 }),
    metric("lfw", "xnorm", { value: 21.4321, unit: "norm", n: 12000 }),
    metric("cfp-fp", "accuracy", { std: 0.01, n: 7000, value: null }),
    metric("one-shot", "rank-1", { std: 0.02, over: "searches", n: 400 }),
    metric("one-shot", "unmated", { value: 0, unit: "count", n: 400 }),
  ]);
  assertEquals(
    lines.join("\n"),
    `
evaluation           accuracy   xnorm
                            %    norm
lfw              98.77 ± 0.28   21.43
cfp-fp      not finite ± 1.00
n                     ≥ 6,000  12,000

metric            value          unit     n
one-shot.rank-1   98.77  ± 2.00  %      400
one-shot.unmated      0          count  400

± is the standard deviation over folds (lfw, cfp-fp) or searches (one-shot), ddof 0
`.trim(),
  );
});

Deno.test("renderFigures() cuts what is wider than 100 columns, and repeats the evaluations", () => {
  const names = ["accuracy", "tar@1e-2", "tar@1e-3", "val@1e-3", "far@1e-3", "auc", "eer", "xnorm"];
  const sets = ["lfw", "cfp_fp", "agedb_30", "calfw", "cplfw", "cfp_ff", "vgg2_fp"];
  const lines = renderFigures(sets.flatMap((set) => names.map((name) => metric(set, name, { std: 0.0028 }))));
  assert(lines.every(({ length }) => length <= 100), lines.join("\n"));
  assertEquals(lines.filter((line) => line.startsWith("evaluation ")).length, 2);
  assertEquals(sets.map((set) => lines.filter((line) => line.startsWith(`${set} `)).length), Array(7).fill(2));
  assertEquals(lines.length, 2 * 10 + 1 + 2);
  const one = renderFigures(sets.flatMap((set) => names.map((name) => metric(set, name))));
  assertEquals(one.length, 10, "eight metrics without a spread fit");
});

Deno.test("renderFigures() joins what a third evaluation connects, and says nothing of ± where there is none", () => {
  const lines = renderFigures([metric("a", "x"), metric("b", "y"), metric("c", "x"), metric("c", "y")]);
  assertEquals(lines, [
    "evaluation      x      y",
    "                %      %",
    "a           98.77",
    "b                  98.77",
    "c           98.77  98.77",
    "n           6,000  6,000",
  ]);
});
