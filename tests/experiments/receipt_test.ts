import { assert, assertEquals } from "@std/assert";
import type { OutputSettings } from "../../experiments/resolved.ts";
import { testOnBackends } from "../backends.ts";
import { execute, outcome, resumedAt, section, smallRun } from "./run_helpers.ts";

const receipt = (steps: number): Partial<OutputSettings> => ({ receipt: steps });

/** Runs whose state is more than weights: running numbers, draws, an average, clipping, parts, a loss beside the head. */
function stateful() {
  const plain = smallRun();
  return smallRun({
    head: section("head", { name: "adaface", s: 16, tAlpha: 0.5 }),
    auxiliary: [{ ...section("head", { name: "softmax" }), weight: 0.5 }],
    train: { ...plain.train, steps: 7, ema: 0.5, clip: { norm: 1, of: "backbone" }, accumulate: 2 },
  });
}

testOnBackends("a receipt does not change a run's bits, its history or its events", async () => {
  for (const run of [smallRun(), stateful()]) {
    const without = await execute(run, { logEvery: 3, output: receipt(0) });
    for (const steps of [1, 2, 5, 100]) {
      const taken = await execute(run, { logEvery: 3, output: receipt(steps) });
      const { receipt: told, ...diagnostics } = taken.record!.diagnostics;
      const twice = Math.min(steps, run.train.steps);
      assertEquals(told, { steps: twice, loss: 0, weights: 0, identical: true });
      assertEquals({ ...outcome(taken.record!), diagnostics }, outcome(without.record!));
      const lines = async ({ folder }: typeof taken) =>
        (await folder.readHistory()).map(({ seconds: _, ...line }) => line);
      assertEquals(await lines(taken), await lines(without));
      const told2 = (one: typeof taken) => one.events.map((event) => [event.type, "step" in event ? event.step : 0]);
      assertEquals(told2(taken), told2(without));
    }
    assertEquals(without.record!.diagnostics.receipt, undefined);
  }
}, ["wasm"]);

testOnBackends("a resumed run keeps the receipt of its start", async () => {
  const whole = await execute(stateful(), { output: receipt(3) });
  // Stopped before the first steps were compared, the start is kept: the next process takes the receipt anew.
  for (const [stopAt, from] of [[1, 0], [2, 0], [3, 3], [5, 5]] as const) {
    const cut = await execute(stateful(), { stopAt, checkpointEvery: 1, output: receipt(3) });
    assertEquals(cut.events.at(-1), { type: "interrupted", step: from });
    const resumed = await execute(stateful(), { root: cut.root, output: receipt(3) });
    assertEquals(resumedAt(resumed.events), from);
    assertEquals(outcome(resumed.record!), outcome(whole.record!));
    assertEquals((await resumed.folder.readHistory()).length, (await whole.folder.readHistory()).length);
  }
}, ["wasm"]);

testOnBackends("a run that diverges in its first steps says so, and has no receipt", async () => {
  const plain = smallRun(), schedule = { ...section("schedule", { name: "step", lr: 1 }), lr: 1e30 };
  const { record } = await execute({ ...plain, schedule }, { output: receipt(6) });
  assertEquals([record!.status, record!.diagnostics.receipt], ["diverged", undefined]);
  assert(record!.diagnostics.divergedAtStep! <= 6);
}, ["wasm"]);

testOnBackends("a receipt tells of a run that does not give the same bits again", async () => {
  // Products that get a little larger with every call stand for a machine that is not deterministic.
  let calls = 0;
  const { record } = await execute(smallRun(), {
    output: receipt(2),
    products: {
      name: "Drifting 1.0",
      multiply({ m, n, k, a, b, c, transposeA = false, transposeB = false, beta = 0 }) {
        const factor = 1 + ++calls * 1e-6;
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let l = 0; l < k; l++) {
              sum += a[transposeA ? l * m + i : i * k + l]! * b[transposeB ? j * k + l : l * n + j]!;
            }
            c[i * n + j] = factor * sum + beta * (beta === 0 ? 0 : c[i * n + j]!);
          }
        }
      },
    },
  });
  const { steps, loss, weights, identical } = record!.diagnostics.receipt!;
  assertEquals([steps, identical], [2, false]);
  assert(loss! > 0 && loss! < 0.1 && weights! > 0 && weights! < 0.1, `${loss} ${weights}`);
}, ["wasm"]);

Deno.test("a receipt keeps one copy of what was trained, and reads the second time tensor by tensor", async () => {
  const path = (name: string) => decodeURIComponent(new URL(name, import.meta.url).pathname);
  const args = ["run", "--quiet", "--no-prompt", "--v8-flags=--expose-gc", "--allow-read", "--ignore-env"];
  const child = new Deno.Command("deno", {
    args: [...args, `--config=${path("../../deno.json")}`, path("receipt_child.ts")],
  });
  const { success, stdout, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  const { identical, values, taken } = JSON.parse(new TextDecoder().decode(stdout));
  assert(identical);
  assert(taken > 0.9 * values && taken < 1.4 * values, `${taken} bytes were taken for ${values} of values`);
});
