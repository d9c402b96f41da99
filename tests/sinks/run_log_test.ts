/// Sinks and the runs that they hear: what they are told, and that nothing they do ends a run.
import { assertEquals } from "@std/assert";
import { z } from "zod";
import { type Registries, withPlugins } from "../../registry/mod.ts";
import { defineSink, type LoggedRun, type Sink } from "../../sinks/mod.ts";
import { registries } from "../experiments/run_helpers.ts";
import { inTemporary, trainLogged } from "./logged_run.ts";

/** Tables with a sink "mine". */
function tablesWith(sink: (tell: (text: string) => void) => Sink): Registries {
  const mine = defineSink({
    name: "mine",
    version: "1.0.0",
    summary: "A sink of a test",
    reference: "https://example.org",
    params: z.strictObject({}),
    open: (_, { tell }) => sink(tell),
  });
  return withPlugins(registries, [mine], "test");
}

Deno.test("a sink hears the run, its steps and its end, and is closed once", async () => {
  await inTemporary(async (root) => {
    const heard: string[] = [], runs: LoggedRun[] = [];
    const tables = tablesWith(() => ({
      begin: (run) => void runs.push(run),
      step: ({ step }) => void heard.push(`step ${step}`),
      end: ({ status, step }) => void heard.push(`${status} at ${step}`),
      close: () => void heard.push("closed"),
    }));
    await trainLogged(root, [{ name: "mine" }], { tables, stopAt: 4 });
    assertEquals(heard.splice(0), ["step 2", "step 4", "closed"]);
    await trainLogged(root, [{ name: "mine" }], { tables });
    assertEquals(heard, ["step 6", "completed at 6", "closed"]);
    assertEquals(runs.map(({ history }) => history.map(({ step }) => step)), [[], [2, 4]]);
    assertEquals([runs[0]!.row, runs[0]!.seed, runs[0]!.steps], ["../Arc/Face", 0, 6]);
  });
});

for (const where of ["open", "begin", "step", "end", "close"] as const) {
  Deno.test(`a sink that throws at "${where}" is told once, before the end, and the run completes`, async () => {
    await inTemporary(async (root) => {
      const fail = (): never => {
        throw new Error("Cannot log: the moon is full");
      };
      const tables = tablesWith(() => {
        if (where === "open") fail();
        return { begin() {}, step() {}, end() {}, ...{ [where]: fail } };
      });
      const { events } = await trainLogged(root, [{ name: "mine" }], { tables });
      const text = "stopped logging, and training goes on without it: Cannot log: the moon is full";
      assertEquals(events.filter(({ type }) => type === "sink"), [{ type: "sink", name: "mine", text }]);
      const last = events.at(-1)!;
      assertEquals(last.type === "end" && last.record.status, "completed");
    });
  });
}

Deno.test("what a sink tells comes as an event of the run", async () => {
  await inTemporary(async (root) => {
    const tables = tablesWith((tell) => ({ begin: () => tell("is late"), step() {}, end() {} }));
    const { events } = await trainLogged(root, [{ name: "mine" }], { tables });
    assertEquals(events.filter(({ type }) => type === "sink"), [{ type: "sink", name: "mine", text: "is late" }]);
  });
});
