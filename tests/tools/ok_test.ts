import { assertEquals } from "@std/assert";
import { runSteps } from "../../tools/ok.ts";

Deno.test("runSteps() runs each step in order and stops after one that failed", async () => {
  const started: string[] = [], ended: [string, number][] = [];
  const steps = ["deno eval --quiet 1", "deno eval --quiet Deno.exit(3)", "deno eval --quiet 2"];
  for await (const { step, code } of runSteps(steps, (step) => started.push(step))) ended.push([step, code]);
  assertEquals(started, steps.slice(0, 2));
  assertEquals(ended, [[steps[0], 0], [steps[1], 3]]);
});
