import { assertEquals, assertStringIncludes } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { isThere } from "../../experiments/store/atomic.ts";
import { sampleRecord } from "../experiments/sample_record.ts";
import { leaseElsewhere } from "../experiments/lease_elsewhere.ts";
import { cli } from "./in_folder.ts";

const ID = "0123456789ab";

/** Hands a results folder with one run, and the folder of that run. */
async function inResults(fn: (results: string, run: string) => Promise<void>): Promise<void> {
  const results = await Deno.makeTempDir();
  try {
    const run = await openStore(results).folder("sample", ID);
    await run.writeRecord(sampleRecord({ id: ID }));
    await fn(results, run.path);
  } finally {
    await Deno.remove(results, { recursive: true });
  }
}

Deno.test("rm deletes nothing in a checkout of which git does not tell what is committed", () =>
  inResults(async (results, run) => {
    const rm = () => cli("rm", "sample", ID, "--out", results);
    // Git takes it for no repository, where it may be run at all.
    await Deno.mkdir(`${results}/.git`);
    const { code, err } = await rm();
    assertEquals([code, await isThere(`${run}/record.json`)], [2, true]);
    assertStringIncludes(err, "it is in a git checkout, and git does not tell which runs are committed");
    await Deno.remove(`${results}/.git`);
    assertEquals([(await rm()).code, await isThere(run)], [0, false]);
  }));

/** Makes the clock go a hundred times as fast, so that a silence of a minute is over soon. */
async function inHaste(fn: () => Promise<void>): Promise<void> {
  const { now } = performance;
  performance.now = () => 100 * now.call(performance);
  try {
    await fn();
  } finally {
    performance.now = now;
  }
}

for (const [name, args] of [["rm", ["rm", "sample", ID]], ["gc --yes", ["gc", "sample", "--yes"]]] as const) {
  Deno.test(`${name} waits until a holder on another machine has shown that it is dead, and says so`, () =>
    inResults(async (results, run) => {
      await Deno.mkdir(`${run}/checkpoint`);
      await Deno.writeTextFile(`${run}/checkpoint/current`, "x");
      await leaseElsewhere(run);
      // Its last sign of life was long ago.
      await Deno.utime(`${run}/lease/000001.beat`, 0, 0);
      await inHaste(async () => {
        const { code, err } = await cli(...args, "--out", results);
        assertEquals([code, await isThere(`${run}/checkpoint/current`)], [0, false], err);
        assertStringIncludes(
          err,
          `Cannot take the run in ${run} yet: another process (pid 7 on node7 since noon) has it`,
        );
      });
    }));
}

Deno.test("rm leaves a run to another machine whose heartbeat goes on", () =>
  inResults(async (results, run) => {
    await leaseElsewhere(run);
    let count = 3;
    const timer = setInterval(() => Deno.writeTextFileSync(`${run}/lease/000001.beat`, `${++count}`), 20);
    try {
      const { code, err } = await cli("rm", "sample", ID, "--out", results);
      assertEquals([code, await isThere(`${run}/record.json`)], [75, true]);
      assertStringIncludes(err, "another process (pid 7 on node7 since noon) has it now");
    } finally {
      clearInterval(timer);
    }
  }));
