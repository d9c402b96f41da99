import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { followGain } from "../../../experiments/stopping/early.ts";

const rule = { higherIsBetter: true, patience: 3, minDelta: 0 };
const series = (...values: (number | null)[]) => values.map((value, i) => ({ step: 100 * (i + 1), value }));

Deno.test("followGain() ends after `patience` evaluations without a gain over the best", () => {
  assertEquals(followGain(series(0.5, 0.6, 0.6, 0.55), rule), {
    best: { step: 200, value: 0.6 },
    since: 2,
    ends: false,
  });
  assertEquals(followGain(series(0.5, 0.6, 0.6, 0.55, 0.6), rule).ends, true);
  assertEquals(followGain(series(0.5, 0.6, 0.6, 0.55, 0.61), rule).since, 0);
});

Deno.test("followGain() wants more than minDelta, and takes the direction of the metric", () => {
  const values = series(0.5, 0.6, 0.7, 0.8);
  assertEquals(followGain(values, { ...rule, minDelta: 0.15 }).best, { step: 300, value: 0.7 });
  assertEquals(followGain(values, { ...rule, higherIsBetter: false }), {
    best: { step: 100, value: 0.5 },
    since: 3,
    ends: true,
  });
});

Deno.test("followGain() counts what is not finite as no gain, also at the start", () => {
  assertEquals(followGain(series(null, null, null), rule), { best: undefined, since: 3, ends: true });
  assertEquals(followGain(series(null, 0.5, null), rule), { best: { step: 200, value: 0.5 }, since: 1, ends: false });
  assertEquals(followGain([], rule).ends, false);
});

Deno.test("followGain() never ends a series that keeps rising, and always one that stands still for long", () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 4 }), (values, patience) => {
      const rising = values.map((_, i) => i);
      assert(!followGain(series(...rising), { ...rule, patience }).ends);
      const still = [...values, ...Array.from({ length: patience }, () => Math.max(...values))];
      assert(followGain(series(...still), { ...rule, patience }).ends);
    }),
    { seed: 1 },
  );
});
