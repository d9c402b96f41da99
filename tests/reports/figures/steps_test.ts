import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import type { RecordedMetric } from "../../../experiments/record.ts";
import { drawFigures } from "../../../reports/mod.ts";
import { sampleExhibit, valuesOf } from "./sample.ts";

const accuracy = (value: number): RecordedMetric => ({
  evaluation: "unseen",
  name: "accuracy",
  value,
  n: 6000,
  unit: "fraction",
  higherIsBetter: true,
  definition: "verification/1",
});
const cost = { steps: 20, seconds: 1, trainSeconds: 1, imagesPerSecond: 1, peakMemoryBytes: 1 };
const runs = [0, 1].map((seed) => ({ row: "A", seed, accuracy: 0.8 + seed / 10, record: { cost } }));

Deno.test("figure accuracy-steps: means over seeds with their t-interval, from the way and from the end", async () => {
  const sample = sampleExhibit(runs), [first] = sample.records;
  const exhibit = {
    ...sample,
    measures: (id: string) => Promise.resolve([{ step: 10, metrics: [accuracy(id === first!.id ? 0.5 : 0.6)] }]),
  };
  const { figures: [figure] } = await drawFigures({ exhibit }, ["accuracy-steps"]);
  const values = valuesOf(figure!.spec) as { x: number; y: number; low: number; high: number }[];
  assertEquals(values.map(({ x, y }) => [x, y]), [[10, 55], [20, 85]]);
  // t(0.975, 1) = 12.7062 and sd 7.07107, over √2.
  for (const { y, low, high } of values) {
    assertAlmostEquals(low, y - 12.7062 * 5, 1e-2);
    assertAlmostEquals(high, y + 12.7062 * 5, 1e-2);
  }
  assertStringIncludes(figure!.alt, "A 55 at step 10, 85 at step 20");
});

Deno.test("figure accuracy-steps draws the rungs of runs that were stopped, and says what to do without any", async () => {
  const sample = sampleExhibit([{ row: "A", seed: 0, record: { status: "stopped", metrics: [], cost } }, {
    row: "B",
    seed: 0,
    record: { cost },
  }]);
  const rung = (step: number, value: number | null) => ({ step, metric: "unseen.accuracy", value });
  const exhibit = { ...sample, rungs: () => Promise.resolve([rung(5, 0.25), rung(10, null), rung(20, 0.75)]) };
  const { figures: [figure] } = await drawFigures({ exhibit }, ["accuracy-steps"]);
  // The rung at a step that the record tells is not drawn twice.
  assertEquals(valuesOf(figure!.spec).map(({ row, x, y }) => [row, x, y]), [
    ["A", 5, 25],
    ["A", 20, 75],
    ["B", 5, 25],
    ["B", 20, 50],
  ]);
  // Rows that end at different steps are no curve.
  const ends = [20, 30].map((steps) => ({ row: `to ${steps}`, seed: 0, record: { cost: { ...cost, steps } } }));
  const { absent } = await drawFigures({ exhibit: sampleExhibit(ends) }, ["accuracy-steps"]);
  assertStringIncludes(absent[0]!.reason, "evaluateEvery");
});
