import { assertEquals, assertStringIncludes } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { isThere } from "../../experiments/store/atomic.ts";
import { sampleRecord } from "../experiments/sample_record.ts";
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
