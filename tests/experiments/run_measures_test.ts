/// `output.evaluateEvery`: figures from the middle of training, which change nothing in it.
import { assert, assertEquals } from "@std/assert";
import { testOnBackends } from "../backends.ts";
import { execute, outcome, section, smallRun } from "./run_helpers.ts";

/** Dropout, batch norms, augmentation, an average, momentum, a head with a running state: all that measuring might disturb. */
function richRun(steps = 6) {
  return smallRun({
    head: section("head", { name: "curricularface", s: 16, alpha: 0.5 }),
    train: { ...smallRun().train, steps, ema: 0.5 },
  });
}

const output = { evaluateEvery: 2 };

testOnBackends("executeRun() that evaluates on its way is bit for bit the run that does not", async () => {
  const plain = await execute(richRun()), measured = await execute(richRun(), { output });
  assert(measured.record!.diagnostics.weightsSha256);
  assertEquals(outcome(measured.record!), outcome(plain.record!));
  assertEquals(await measured.folder.readHistory().then(without), await plain.folder.readHistory().then(without));
  const lines = await measured.folder.readMeasures();
  assertEquals(lines.map(({ step }) => step), [2, 4]);
  assertEquals(await plain.folder.readMeasures(), []);
  // The figures are those of a run that ends there, its average and not its weights.
  assertEquals(lines[1]!.metrics, (await execute(richRun(4))).record!.metrics);
  const told = measured.events.filter((event) => event.type === "measure");
  assertEquals(told, lines.map((line) => ({ type: "measure", ...line } as const)));
}, ["wasm"]);

testOnBackends("executeRun() that is cut off on its way measures every step once, from its checkpoint on", async () => {
  const whole = await execute(richRun(), { output });
  for (const [stopAt, checkpointEvery] of [[4, 0], [5, 3]] as const) {
    const cut = await execute(richRun(), { output, stopAt, checkpointEvery });
    assertEquals(cut.events.at(-1), { type: "interrupted", step: stopAt });
    // A line behind the checkpoint, as a process that was killed leaves it.
    await cut.folder.appendMeasures({ step: 99, metrics: [] });
    const resumed = await execute(richRun(), { output, root: cut.root });
    assertEquals(outcome(resumed.record!), outcome(whole.record!));
    assertEquals(await resumed.folder.readMeasures(), await whole.folder.readMeasures());
  }
}, ["wasm"]);

testOnBackends("executeRun() makes only the evaluations that evaluateOnly names, and none without any", async () => {
  const [unseen] = smallRun().evaluate, twice = [unseen!, { ...unseen!, name: "other" }];
  const only = await execute({ ...richRun(), evaluate: twice }, {
    output: { evaluateEvery: 3, evaluateOnly: ["other"] },
  });
  const [line] = await only.folder.readMeasures();
  assertEquals([...new Set(line!.metrics.map(({ evaluation }) => evaluation))], ["other"]);
  const none = await execute({ ...richRun(), evaluate: [] }, { output });
  assertEquals(await none.folder.readMeasures(), []);
}, ["wasm"]);

function without(lines: readonly Record<string, unknown>[]) {
  return lines.map(({ seconds: _, ...line }) => line);
}
