import { assertEquals, assertStringIncludes } from "@std/assert";
import type { RecordedBackend, RunRecord } from "../../../experiments/record.ts";
import { agreementOf, judgeRun, otherArithmetic, renderVerification, worst } from "../../../reports/mod.ts";
import { sampleRecord } from "../../experiments/sample_record.ts";

const metric = sampleRecord().metrics[0]!, figure = `${metric.evaluation}.${metric.name}`;
const SAME = "a".repeat(64), OTHER = "b".repeat(64);

/** A record with one figure, made somewhere. */
function made(
  value: number | null,
  weights: string,
  changes: Partial<RunRecord> & { on?: Partial<RecordedBackend> } = {},
) {
  const { on, ...rest } = changes, record = sampleRecord();
  return sampleRecord({
    ...{ metrics: [{ ...metric, value }], diagnostics: { ...record.diagnostics, weightsSha256: weights } },
    backend: { ...record.backend!, ...on },
    ...rest,
  });
}

const elsewhere = { on: { name: "webgpu", adapter: "A" } } as const;

function judge(before: RunRecord, now: RunRecord, values: readonly number[], tolerance = {}) {
  const published = values.map((value, seed) => ({ ...made(value, SAME), seed }));
  const [{ verdict, reason }] = judgeRun(before, now, { tolerance, published }) as [
    ReturnType<typeof judgeRun>[number],
  ];
  return [verdict, reason] as const;
}

Deno.test("judgeRun() calls a figure identical by its bits and those of the weights, wherever it was made", () => {
  assertEquals(judge(made(0.5, SAME), made(0.5, SAME), [0.5])[0], "identical");
  assertEquals(judge(made(0.5, SAME), made(0.5, SAME, elsewhere), [0.5])[0], "identical");
  // An accuracy is a count: it can be equal by chance.
  assertEquals(judge(made(0.5, SAME), made(0.5, OTHER), [0.5])[0], "drifted");
  assertEquals(judge(made(0.5, SAME), made(0.5 + Number.EPSILON, SAME), [0.5])[0], "drifted");
});

Deno.test("judgeRun() lets a declared difference pass, and no larger one", () => {
  assertEquals(judge(made(0.5, SAME), made(0.51, OTHER), [0.5], { [figure]: 0.011 })[0], "tolerance");
  assertEquals(judge(made(0.5, SAME), made(0.52, OTHER), [0.5], { [figure]: 0.011 })[0], "drifted");
  assertEquals(judge(made(0.5, SAME), made(0.51, OTHER), [0.5], { "other.figure": 1 })[0], "drifted");
});

Deno.test("judgeRun() holds other arithmetic to the prediction interval of the published seeds", () => {
  // Mean 0.5, s 0.01, t(0.975, 2) = 4.30265: the half-width is 4.30265 · 0.01 · √(4/3) = 0.049683.
  const seeds = [0.49, 0.5, 0.51];
  const [verdict, reason] = judge(made(0.5, SAME), made(0.5496, OTHER, elsewhere), seeds);
  assertEquals(verdict, "consistent");
  assertStringIncludes(
    reason,
    "it was made on wasm, here webgpu computes; inside the 95 % prediction interval 0.450317",
  );
  assertStringIncludes(reason, "of 3 published seeds, seed 0 among them");
  assertEquals(judge(made(0.5, SAME), made(0.5498, OTHER, elsewhere), seeds)[0], "drifted");
  // The same arithmetic must give the same bits, however wide the spread is.
  assertEquals(judge(made(0.5, SAME), made(0.5, OTHER), seeds)[0], "drifted");
});

Deno.test("judgeRun() says what it cannot tell, and why", () => {
  const [verdict, reason] = judge(made(0.5, SAME), made(0.51, OTHER, elsewhere), [0.5]);
  assertEquals(verdict, "inconclusive");
  assertStringIncludes(reason, "a prediction interval wants two published seeds of the row, there is 1");
  const failed = made(0.5, SAME, { status: "failed", error: "Cannot go on", metrics: [] });
  assertEquals(judge(made(0.5, SAME), failed, [0.5]), ["inconclusive", "the run failed here: Cannot go on"]);
  const diverged = made(0.5, SAME, { status: "diverged", error: "NaN", metrics: [] });
  assertEquals(judge(made(0.5, SAME), diverged, [0.5])[0], "drifted");
  assertEquals(judge(made(null, SAME), made(null, OTHER), [])[0], "inconclusive");
  const gone = judge(made(0.5, SAME), made(0.5, SAME, { metrics: [] }), [0.5]);
  assertEquals(gone, ["drifted", "the program no longer gives this figure"]);
  const defined = made(0.5, SAME, { metrics: [{ ...metric, value: 0.5, definition: "another/2" }] });
  assertEquals(judge(made(0.5, SAME), defined, [0.5])[0], "drifted");
});

Deno.test("otherArithmetic() is the same for one backend, library and adapter, and a machine that repeats itself", () => {
  const base = made(0, SAME), flaky = { receipt: { steps: 2, loss: 0, weights: 1e-9, identical: false } };
  assertEquals(otherArithmetic(base, base), undefined);
  const blas = { on: { blas: "OpenBLAS 0.3.21, 2 threads" } };
  const cpu = { environment: { ...base.environment, cpu: "other × 2" } };
  assertEquals(otherArithmetic(made(0, SAME, blas), made(0, SAME, blas)), undefined);
  // Our kernels give the same bits on every processor, a library does not.
  assertEquals(otherArithmetic(base, made(0, SAME, cpu)), undefined);
  for (
    const [before, now, text] of [
      [base, made(0, SAME, elsewhere), "here webgpu computes"],
      [base, made(0, SAME, blas), "those of our kernels, here OpenBLAS"],
      [made(0, SAME, blas), made(0, SAME, { ...blas, ...cpu }), "chooses kernels by the processor"],
      [made(0, SAME, elsewhere), made(0, SAME, { on: { ...elsewhere.on, adapter: "B" } }), "its adapter is A"],
      [base, made(0, SAME, { on: { flags: { tile: 4 } } }), "flags"],
      [base, made(0, SAME, { diagnostics: { ...base.diagnostics, ...flaky } }), "by its receipt"],
    ] as const
  ) assertStringIncludes(otherArithmetic(before, now)!, text);
});

Deno.test("worst() is the worst, and the report tells each figure and why", () => {
  assertEquals(worst(["identical", "consistent", "tolerance"]), "consistent");
  assertEquals([worst([]), worst(["inconclusive", "drifted"])], ["inconclusive", "drifted"]);
  const figures = judgeRun(made(0.5, SAME), made(0.75, OTHER), { tolerance: {}, published: [] });
  const cells = [{ row: "A", seed: 3, id: "0123456789ab", figures }];
  const text = renderVerification({
    ...{
      folder: "here",
      verdict: agreementOf(cells),
      matching: 4,
      records: 1,
      rescored: 0,
      problems: [],
      notes: ["Note"],
    },
    cells,
  });
  assertStringIncludes(text, "here: 4 files match SHA256SUMS, 1 records are sound\nNote\n");
  assertStringIncludes(text, `A    3     ${figure}  0.5        0.75  0.25        drifted\n`);
  assertStringIncludes(text, `A, seed 3, ${figure}: the trained weights are others`);
  assertStringIncludes(text, "Verdict: drifted, 1 figure of 1 run");
});
