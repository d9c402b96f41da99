import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { createMargin, targetLogitCurve } from "../../../losses/mod.ts";
import { drawFigures } from "../../../reports/mod.ts";
import { sampleExhibit, valuesOf } from "./sample.ts";

const diagnostics = (more: object) =>
  ({ finalLoss: null, gradientNorm: null, statistics: {}, weightsSha256: null, ...more }) as never;
const one = async (runs: Parameters<typeof sampleExhibit>[0], name: string, baseline: string | null = null) =>
  (await drawFigures({ exhibit: sampleExhibit(runs, baseline) }, [name])).figures;

Deno.test("figure target-logit: ArcFace's curve is cos(θ + m), and rows of one head share a line", async () => {
  const targetLogit = targetLogitCurve(createMargin({ m2: 0.5 }), { step: 45 });
  const record = { diagnostics: diagnostics({ targetLogit }) };
  const [figure] = await one([{ row: "A", seed: 0, record }, { row: "B", seed: 0, record }], "target-logit");
  const values = valuesOf(figure!.spec) as { row: string; x: number; y: number }[];
  assertEquals(values.map(({ row, x }) => [row, x]), [0, 45, 90, 135, 180].map((x) => ["A", x]));
  assertAlmostEquals(values[2]!.y, Math.cos(Math.PI / 2 + 0.5), 1e-6);
  assertStringIncludes(figure!.caption, "A stands for B too");
});

Deno.test("figure decision-boundary: ArcFace's lies half a radian beside the diagonal", async () => {
  const targetLogit = targetLogitCurve(createMargin({ m2: 0.5 }));
  const record = { diagnostics: diagnostics({ targetLogit }) };
  const [figure] = await one([{ row: "A", seed: 0, record }], "decision-boundary");
  for (const { class: of, x, y } of valuesOf(figure!.spec) as { class: string; x: number; y: number }[]) {
    assertAlmostEquals(of === "class 1" ? y - x : x - y, 0.5 * 180 / Math.PI, 1e-3);
  }
});

Deno.test("figure target-angles: shares of three degrees, the mean of the seeds", async () => {
  const window = (bin: number) => ({ window: "start", from: 1, to: 2, samples: 4, pastBoundary: 0, bins: bins(bin) });
  const bins = (bin: number) => Array.from({ length: 180 }, (_, i) => i === bin ? 4 : 0);
  const run = (seed: number, bin: number) => ({
    row: "A",
    seed,
    record: { diagnostics: diagnostics({ targetAngles: [window(bin)] }) },
  });
  const [figure] = await one([run(0, 30), run(1, 33)], "target-angles");
  assertEquals(valuesOf(figure!.spec), [
    { row: "A", window: "start", x: 31.5, y: 0.5 },
    { row: "A", window: "start", x: 34.5, y: 0.5 },
  ]);
});

Deno.test("figure intervals: means with the t-interval over seeds, differences with theirs, in percent", async () => {
  const runs = [["A", 0, 0.5], ["A", 1, 0.6], ["B", 0, 0.6], ["B", 1, 0.8]] as const;
  const [figure] = await one(runs.map(([row, seed, accuracy]) => ({ row, seed, accuracy })), "intervals", "A");
  const values = valuesOf(figure!.spec);
  // t(0.975, 1) = 12.7062; A: mean 55, sd 7.07107; Δ: 10 and 20, mean 15.
  const a = values.find(({ row, mean }) => row === "A" && mean !== undefined) as { mean: number; low: number };
  assertEquals(a.mean, 55);
  assertAlmostEquals(a.low, 55 - 12.7062 * 7.07107 / Math.SQRT2, 1e-2);
  const b = values.find(({ verdict }) => verdict !== undefined) as { mean: number; high: number; verdict: string };
  assertEquals([b.mean, b.verdict], [15, "too few to tell"]);
  assertAlmostEquals(b.high, 15 + 12.7062 * 5, 1e-2);
});

Deno.test("figure margin: rows that differ in one number alone, over its values, beside the baseline", async () => {
  const run = (row: string, head: object, accuracy: number) => ({
    row,
    seed: 0,
    accuracy,
    record: { manifest: { seed: 0, head } as never },
  });
  const arcface = (m: number) => ({ head: "arcface", s: 64, m });
  const runs = [
    run("Softmax", { head: "softmax" }, 0.5),
    run("c", arcface(0.5), 0.7),
    run("a", arcface(0.3), 0.6),
    run("b", arcface(0.4), 0.8),
    run("other scale", { ...arcface(0.6), s: 32 }, 0.9),
  ];
  const [figure, ...more] = await one(runs, "margin", "Softmax");
  assertEquals([figure!.name, more.length], ["margin-head.m", 0]);
  const points = valuesOf(figure!.spec) as { x: number; y: number }[];
  assertEquals(points.map(({ x, y }) => [x, y]), [[0.3, 60], [0.4, 80], [0.5, 70]]);
  assertStringIncludes(JSON.stringify(figure!.spec), '"y":{"datum":50}');
  assertEquals(await one(runs.slice(0, 3), "margin", "Softmax"), []);
});

Deno.test("figure loss: the mean over seeds with their range, and the learning rate", async () => {
  const history = (
    loss: number,
  ) => [{ step: 1, loss, learningRate: 0.1 }, { step: 2, loss: loss / 2, learningRate: 0.01 }];
  const [figure] = await one(
    [{ row: "A", seed: 0, history: history(2) }, { row: "A", seed: 1, history: history(4) }],
    "loss",
  );
  assertEquals(valuesOf(figure!.spec), [
    { row: "A", x: 1, y: 3, low: 2, high: 4 },
    { row: "A", x: 2, y: 1.5, low: 1, high: 2 },
    { row: "A", x: 1, y: 0.1, low: 0.1, high: 0.1 },
    { row: "A", x: 2, y: 0.01, low: 0.01, high: 0.01 },
  ]);
});
