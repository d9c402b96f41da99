import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AngleHistograms, angleWindows } from "../../experiments/angle_windows.ts";

const DEGREE = Math.PI / 180;

Deno.test("angleWindows() are the first, middle and last steps that make 2048 samples", () => {
  assertEquals(angleWindows(32000, 512), [
    { window: "start", from: 1, to: 4 },
    { window: "middle", from: 15999, to: 16002 },
    { window: "end", from: 31997, to: 32000 },
  ]);
  assertEquals(angleWindows(100, 2000).map(({ from, to }) => [from, to]), [[1, 2], [50, 51], [99, 100]]);
  assertEquals(angleWindows(3, 1).map(({ from, to }) => [from, to]), [[1, 1], [2, 2], [3, 3]]);
  assertEquals([angleWindows(2, 1), angleWindows(0, 512)], [[], []]);
});

Deno.test("angleWindows() lie within the run, are equally long and do not overlap", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 9000 }), fc.integer({ min: 1, max: 4096 }), (steps, batchSize) => {
      const [start, middle, end] = angleWindows(steps, batchSize);
      assert(start!.from === 1 && end!.to === steps);
      assert(start!.to < middle!.from && middle!.to < end!.from);
      assertEquals(new Set([start!, middle!, end!].map(({ from, to }) => to - from)).size, 1);
    }),
    { seed: 5, numRuns: 300 },
  );
});

const windows = angleWindows(6, 1000);
const step = (step: number, ...degrees: number[]) => ({
  step,
  values: Float32Array.from(degrees, (d) => d * DEGREE),
});

Deno.test("AngleHistograms counts by whole degrees, in the windows alone", () => {
  const angles = new AngleHistograms(windows, 150 * DEGREE);
  assertEquals([0, 1, 2, 3, 4, 5, 6, 7].filter(angles.watches), [1, 2, 3, 4, 5, 6]);
  const line = angles.count([step(1, 0, 0.5, 90.5), step(2, 90.2, 151, 180), step(3, 20.5), step(9, 3)]);
  assertEquals(line, {
    start: { bins: { "0": 2, "90": 2, "151": 1, "179": 1 }, past: 2 },
    middle: { bins: { "20": 1 }, past: 0 },
  });
  const [start, middle, ...others] = angles.result()!;
  assertEquals([start!.window, start!.from, start!.to, start!.samples], ["start", 1, 2, 6]);
  assertEquals(start!.pastBoundary, 2 / 6);
  assertEquals([start!.bins.length, start!.bins[90], middle!.bins[20], middle!.samples], [180, 2, 1, 1]);
  assertEquals(others, []);
});

Deno.test("AngleHistograms goes on from the lines of history to the same result", () => {
  const told = [[step(1, 10.5, 20.5), step(2, 30.5)], [step(3, 40.5), step(4, 40.6)], [step(6, 50.5, NaN)]];
  for (const limit of [undefined, 25 * DEGREE]) {
    const whole = new AngleHistograms(windows, limit);
    const lines = told.map((part, i) => JSON.parse(JSON.stringify({ step: i, targetAngles: whole.count(part) })));
    for (let from = 0; from <= told.length; from++) {
      const resumed = new AngleHistograms(windows, limit);
      resumed.restore([{ step: 0, loss: 1 }, ...lines.slice(0, from)]);
      told.slice(from).forEach((part) => resumed.count(part));
      assertEquals(resumed.result(), whole.result());
    }
    assertEquals(whole.result()!.map(({ samples }) => samples), [3, 2, 1]);
    assertEquals(whole.result()!.map(({ pastBoundary }) => pastBoundary), limit ? [1 / 3, 1, 1] : [null, null, null]);
  }
});

Deno.test("AngleHistograms has no result where no angle was told", () => {
  assertEquals(new AngleHistograms(windows, 1).result(), undefined);
});
