/// Runs that another machine holds: a sweep goes on with the others, and takes over what a dead one left.
import { assertEquals, assertMatch } from "@std/assert";
import type { PlannedRun } from "../../experiments/resolved.ts";
import type { RunBusyError } from "../../experiments/store.ts";
import { openStore } from "../../experiments/store.ts";
import { sweepHere } from "../../experiments/sweep.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { environment, registries, smallRun } from "./run_helpers.ts";

/** Trains three runs, the first two of which `node7` holds; gives their ends in order and what was told. */
async function sweep({ silence, alive }: { readonly silence: number; readonly alive: boolean }) {
  const root = await Deno.makeTempDir(), store = openStore(root), beats: string[] = [];
  const runs: PlannedRun[] = [0, 1, 2].map((seed) => {
    const run = smallRun({ steps: 2, seed, evaluate: [] });
    return { id: `${seed}`.repeat(12), row: "ArcFace", seed, run, identity: { run }, missing: [] };
  });
  for (const { id } of runs.slice(0, 2)) {
    const { path } = await store.folder("test", id);
    await Deno.mkdir(`${path}/lease`, { recursive: true });
    const lease = { holder: "pid 7 on node7", host: "node7", token: id };
    await Deno.writeTextFile(`${path}/lease/000001`, JSON.stringify(lease));
    await Deno.writeTextFile(`${path}/lease/000001.beat`, "0");
    if (alive) beats.push(`${path}/lease/000001.beat`);
  }
  let count = 0;
  const timer = setInterval(() => beats.forEach((beat) => Deno.writeTextFileSync(beat, `${++count}`)), 10);
  const told: RunBusyError[] = [], ended: string[] = [];
  const output = { logEvery: 1, checkpointEvery: 0, weights: false };
  const options = { experiment: "test", registries, plugins: [], files: diskFiles(root), output, store, environment };
  try {
    for await (const { event } of sweepHere(runs, { ...options, silence }, (error) => told.push(error))) {
      if (event.type === "end") ended.push(`${event.record.seed} ${event.record.status}`);
    }
  } finally {
    clearInterval(timer);
    await Deno.remove(root, { recursive: true });
  }
  return { ended, told };
}

Deno.test("a sweep trains what is free first, then what a machine left that gives no sign of life", async () => {
  const { ended, told } = await sweep({ silence: 1500, alive: false });
  assertEquals(ended, ["2 completed", "0 completed", "1 completed"]);
  assertEquals(told.map(({ unsure }) => unsure), [true, true]);
  assertMatch(told[0]!.message, /\(pid 7 on node7\) has it, and is taken to be dead after 2 s without a sign of life$/);
});

Deno.test("a sweep leaves a run to another machine once its heartbeat was seen to go on", async () => {
  const { ended, told } = await sweep({ silence: 60_000, alive: true });
  assertEquals(ended, ["2 completed"]);
  assertEquals(told.map(({ unsure }) => unsure), [true, true, false, false]);
});
