/// Runs at rungs: measuring changes nothing, and a decision ends them.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { StoppingSection } from "../../experiments/resolved.ts";
import type { RunEvent } from "../../experiments/run.ts";
import { readRungs } from "../../experiments/store/rungs.ts";
import { rankRung, type RungVerdict } from "../../experiments/stopping/halving.ts";
import type { Stopping } from "../../experiments/stopping/rung.ts";
import { testOnBackends } from "../backends.ts";
import { execute, outcome, resumedAt, section, smallRun } from "./run_helpers.ts";

const early = (changes: Partial<StoppingSection> = {}): StoppingSection => ({
  rule: "early",
  metric: "unseen.accuracy",
  higherIsBetter: true,
  every: 1,
  patience: 100,
  minDelta: 0,
  ...changes,
} as StoppingSection);

const halving: StoppingSection = {
  rule: "halving",
  metric: "unseen.accuracy",
  higherIsBetter: true,
  rungs: [3, 5],
  keep: 0.5,
  protect: [],
};

/** A rule whose decisions a test makes. */
function ruled(stopping: StoppingSection, verdict?: RungVerdict, pauses = false): Stopping {
  return {
    section: stopping,
    rule: "0".repeat(64),
    pauses,
    decided: () => Promise.resolve([]),
    verdict: () => Promise.resolve(verdict),
  };
}

const [good, bad] = rankRung(
  [0.9, 0.5].map((value, i) => ({ label: `row ${i}`, runs: [{ type: "figure", value }] })),
  halving as Extract<StoppingSection, { rule: "halving" }>,
);
const goesOn: RungVerdict = { goesOn: true, step: 3, row: good!, of: 2 };
const stops: RungVerdict = { goesOn: false, step: 3, row: bad!, of: 2 };

/** Dropout, batch norms, augmentation, an average, momentum, a clip, a head with a running state: all that measuring might disturb. */
function richRun() {
  const { train } = smallRun();
  return smallRun({
    head: section("head", { name: "curricularface", s: 16, alpha: 0.5 }),
    auxiliary: [{ ...section("head", { name: "center" }), weight: 0.1 }],
    train: { ...train, steps: 6, ema: 0.5, clip: { norm: 1, of: "all" } },
  });
}

testOnBackends("executeRun() that is measured at every step is bit for bit the run that is not", async () => {
  const plain = await execute(richRun()), measured = await execute(richRun(), { stopping: ruled(early()) });
  assertEquals(plain.record!.status, "completed");
  assertEquals(outcome(measured.record!), outcome(plain.record!));
  assert(measured.record!.diagnostics.weightsSha256);
  const lines = await readRungs(measured.folder.path);
  assertEquals(lines.map(({ step }) => step), [1, 2, 3, 4, 5]);
  assertEquals(await readRungs(plain.folder.path), []);
  // A figure is that of a run which ends there: the average is measured, not the weights.
  const { train } = richRun(), short = await execute({ ...richRun(), train: { ...train, steps: 4 } });
  assertEquals(lines[3]!.value, short.record!.metrics.find(({ name }) => name === "accuracy")!.value);
}, ["wasm", "webgpu"]);

testOnBackends("executeRun() that waits at a rung goes on to the bytes of a run without the rule", async () => {
  const plain = await execute(richRun());
  const waiting = await execute(richRun(), { stopping: ruled(halving), logEvery: 4 });
  assertEquals(waiting.events.at(-1), { type: "paused", step: 3 });
  const bytes = await Deno.readFile(`${waiting.folder.path}/rungs.jsonl`);
  // Nothing is decided yet: it waits on, and neither measures nor writes again.
  const still = await execute(richRun(), { root: waiting.root, stopping: ruled(halving) });
  assertEquals(still.events.map(({ type }) => type), ["start", "paused"]);
  assertEquals(await Deno.readFile(`${waiting.folder.path}/rungs.jsonl`), bytes);
  // A decision that is there is taken, but a run that has just come to a rung may have to wait in any case.
  const next = await execute(richRun(), { root: waiting.root, stopping: ruled(halving, goesOn, true) });
  assertEquals([resumedAt(next.events), next.events.at(-1)], [3, { type: "paused", step: 5 }]);
  const { record } = await execute(richRun(), { root: waiting.root, stopping: ruled(halving, goesOn) });
  assertEquals(outcome(record!), outcome(plain.record!));
}, ["wasm"]);

testOnBackends("executeRun() that waits below its receipt comes to the rung again, and goes on", async () => {
  const section = { ...halving, rungs: [1, 2] } as StoppingSection, output = { receipt: 3 };
  const plain = await execute(richRun(), { output });
  const first = await execute(richRun(), { output, stopping: ruled(section, undefined, true) });
  assertEquals(first.events.at(-1), { type: "paused", step: 0 });
  const told: (RunEvent | undefined)[] = [];
  for (let i = 0; i < 3 && told.at(-1)?.type !== "end"; i++) {
    const { events } = await execute(richRun(), { root: first.root, output, stopping: ruled(section, goesOn, true) });
    assertEquals(resumedAt(events), 0);
    told.push(events.at(-1));
  }
  assertEquals(told.map((event) => event!.type), ["paused", "end"]);
  const last = told.at(-1)!;
  assertEquals(last.type === "end" && outcome(last.record), outcome(plain.record!));
}, ["wasm"]);

testOnBackends("executeRun() killed around a rung repeats it to the same bytes", async () => {
  const plain = await execute(richRun());
  const waiting = await execute(richRun(), { stopping: ruled(halving) });
  const path = `${waiting.folder.path}/rungs.jsonl`, bytes = await Deno.readFile(path);
  // The figure was written and the checkpoint was not; then neither was.
  for (const paths of [["checkpoint"], ["checkpoint", "rungs.jsonl"]]) {
    for (const name of paths) await Deno.remove(`${waiting.folder.path}/${name}`, { recursive: true });
    const again = await execute(richRun(), { root: waiting.root, stopping: ruled(halving) });
    assertEquals([resumedAt(again.events), again.events.at(-1)], [0, { type: "paused", step: 3 }]);
    assertEquals(await Deno.readFile(path), bytes);
  }
  // Interrupted on the step of a rung: it is measured when it goes on.
  const cut = await execute(richRun(), { stopping: ruled(halving), stopAt: 3 });
  assertEquals([cut.events.at(-1)!.type, await readRungs(cut.folder.path)], ["interrupted", []]);
  const resumed = await execute(richRun(), { root: cut.root, stopping: ruled(halving, goesOn) });
  assertEquals(outcome(resumed.record!), outcome(plain.record!));
  assertEquals((await readRungs(cut.folder.path))[0], (await readRungs(waiting.folder.path))[0]);
}, ["wasm"]);

testOnBackends("executeRun() that is stopped says why, has no figures, and goes on without the rule", async () => {
  const plain = await execute(richRun());
  const { root, folder, record, events } = await execute(richRun(), { stopping: ruled(halving, stops) });
  assertEquals(
    events.filter(({ type }) => type === "decision"),
    [
      { type: "decision", step: 3, goesOn: false, rank: 2, of: 2 },
    ] as unknown as typeof events,
  );
  const [line] = await readRungs(folder.path);
  assertEquals(record!.stopped, {
    step: 3,
    rule: "0".repeat(64),
    metric: "unseen.accuracy",
    value: line!.value,
    reason: "halving, rank 2 of 2",
  });
  assertEquals([record!.status, record!.error], ["stopped", "stopped at step 3 (halving, rank 2 of 2)"]);
  assertEquals([record!.metrics, record!.cost!.steps, record!.curves], [[], 3, undefined]);
  assertEquals((await folder.readHistory()).length, 3);
  assert(await folder.hasCheckpoint());
  assertEquals(await folder.readWeights(), undefined);
  const other = await execute(richRun(), {
    root,
    stopping: ruled({ ...halving, rungs: [4] } as StoppingSection, goesOn),
  });
  assertEquals([resumedAt(other.events), other.record!.status], [3, "completed"]);
  assertEquals(outcome(other.record!), outcome(plain.record!));
  assertEquals(other.record!.stopped, undefined);
  assert(!await folder.hasCheckpoint());
}, ["wasm"]);

testOnBackends("executeRun() that resumes to a decision records the same as one that had not waited", async () => {
  const once = await execute(richRun(), { stopping: ruled(halving, stops), logEvery: 2 });
  const cut = await execute(richRun(), { stopping: ruled(halving), logEvery: 2 });
  const resumed = await execute(richRun(), { root: cut.root, stopping: ruled(halving, stops), logEvery: 2 });
  assertEquals(resumed.record!.stopped, once.record!.stopped);
  assertEquals(outcome(resumed.record!), outcome(once.record!));
  assertEquals(resumed.record!.cost!.steps, 3);
}, ["wasm"]);

testOnBackends("executeRun() past a rung notes that it has no figure there", async () => {
  const cut = await execute(richRun(), { stopAt: 4 });
  const { folder } = await execute(richRun(), { root: cut.root, stopping: ruled(halving, goesOn, true) });
  const [past, five] = await readRungs(folder.path);
  assertEquals(past, { step: 3, metric: "unseen.accuracy", value: null, past: true });
  assertEquals(five!.step, 5);
}, ["wasm"]);

testOnBackends("executeRun() stops early when its metric gains no more, in one go or in two", async () => {
  // No accuracy gains more than 1 over the first.
  const rule = () => ruled(early({ every: 2, patience: 1, minDelta: 1 }));
  const { record, folder } = await execute(richRun(), { stopping: rule() });
  assertEquals([record!.status, record!.stopped!.step], ["stopped", 4]);
  assertEquals(record!.error, "stopped at step 4 (early, no gain over step 2 in 1 evaluation)");
  const cut = await execute(richRun(), { stopping: rule(), stopAt: 3 });
  const resumed = await execute(richRun(), { root: cut.root, stopping: rule() });
  assertEquals(resumed.record!.stopped, record!.stopped);
  assertEquals(await readRungs(cut.folder.path), await readRungs(folder.path));
}, ["wasm"]);

testOnBackends(
  "executeRun() told to stop while it is measured at a rung writes a checkpoint and no figure",
  async () => {
    // The event loop turns once after a step, and then in the evaluation.
    const { events, folder } = await execute(richRun(), {
      stopping: ruled(halving, goesOn),
      onEvent(event, abort) {
        if (event.type === "step" && event.step === 3) setTimeout(() => setTimeout(abort));
      },
    });
    assertEquals(events.at(-1), { type: "interrupted", step: 3 });
    assertEquals(await readRungs(folder.path), []);
    assert(await folder.hasCheckpoint());
  },
  ["wasm"],
);

Deno.test("readRungs() names a line that is no figure", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/rungs.jsonl`, '{"step":3,"metric":"a.b","value":1}\n{"step":"x"}\n');
  const error = await readRungs(folder).then(() => undefined, (error) => error);
  assertStringIncludes(error.message, "rungs.jsonl:2: wanted step, metric and value");
  await Deno.remove(folder, { recursive: true });
});
