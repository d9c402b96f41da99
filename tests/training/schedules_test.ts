import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { cosine, polynomial, step } from "../../training/catalogue.ts";
import type { SchedulePlugin } from "../../training/optimizer.ts";

/** Learning rate of some steps of a 1,000-step run. */
function rates(schedule: SchedulePlugin, params: Record<string, unknown>, steps: number[]): number[] {
  return steps.map(schedule.create(schedule.params.parse(params), 1000));
}

Deno.test("step multiplies by the factor from each milestone on", () => {
  const params = { lr: 0.1, milestones: [600, 850], factor: 0.1 };
  const found = rates(step, params, [0, 599, 600, 849, 850, 999]);
  [0.1, 0.1, 0.01, 0.01, 0.001, 0.001].forEach((wanted, i) => assertAlmostEquals(found[i]!, wanted, 1e-15));
});

Deno.test("step refuses milestones that do not increase", () => {
  assertThrows(() => step.params.parse({ milestones: [20, 20] }), Error, "milestones must increase");
});

Deno.test("polynomial falls to 0 at the end of the run", () => {
  const found = rates(polynomial, { lr: 0.2, power: 2 }, [0, 500, 1000]);
  [0.2, 0.05, 0].forEach((wanted, i) => assertAlmostEquals(found[i]!, wanted, 1e-15));
});

Deno.test("cosine is half way at half time and ends at its end fraction", () => {
  const found = rates(cosine, { lr: 0.4, end: 0.1 }, [0, 500, 1000]);
  [0.4, 0.22, 0.04].forEach((wanted, i) => assertAlmostEquals(found[i]!, wanted, 1e-15));
});

Deno.test("every schedule warms up linearly to its base rate, then counts its decay from there", () => {
  for (const schedule of [step, polynomial, cosine]) {
    const found = rates(schedule, { lr: 0.1, warmup: 100 }, [0, 49, 99, 100]);
    [0.001, 0.05, 0.1, 0.1].forEach((wanted, i) => assertAlmostEquals(found[i]!, wanted, 1e-15, schedule.name));
  }
  assertEquals(rates(polynomial, { lr: 1, warmup: 500 }, [750]), [0.5]);
});
