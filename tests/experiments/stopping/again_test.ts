/// Runs that failed and are tried again.
import { assertEquals } from "@std/assert";
import { diskFiles } from "../../../experiments/disk.ts";
import type { PlannedRun } from "../../../experiments/resolved.ts";
import { setFailuresAside } from "../../../experiments/stopping/again.ts";
import { openStore } from "../../../experiments/store.ts";
import { runHere } from "../../../experiments/sweep.ts";
import { environment, registries, smallRun } from "../run_helpers.ts";
import { sampleRecord } from "../sample_record.ts";

const failed = { experiment: "test", status: "failed", error: "the disk was full", metrics: [] } as const;
const ids = ["a", "b", "c", "d"].map((digit) => digit.repeat(12)) as [string, string, string, string];

Deno.test("setFailuresAside() leaves the records of runs that ended well, and of those that another process holds", async () => {
  const root = await Deno.makeTempDir(), store = openStore(root);
  try {
    const folders = await Promise.all(ids.map((id) => store.folder("test", id)));
    const statuses = async () => await Promise.all(folders.map(async (one) => (await one.readRecord())?.status));
    await folders[0]!.writeRecord(sampleRecord({ ...failed, id: ids[0] }));
    await folders[1]!.writeRecord(sampleRecord({ experiment: "test", id: ids[1] }));
    await folders[2]!.writeRecord(sampleRecord({ ...failed, id: ids[2] }));
    await folders[2]!.claim();
    await setFailuresAside(ids, { store, experiment: "test" });
    assertEquals(await statuses(), [undefined, "completed", "failed", undefined]);
    await folders[2]!.release();
    await setFailuresAside(ids, { store, experiment: "test" });
    assertEquals(await statuses(), [undefined, "completed", undefined, undefined]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a failed run that is at work again has no record that counts as its end", async () => {
  const root = await Deno.makeTempDir(), store = openStore(root), id = ids[0];
  try {
    const run = smallRun({ steps: 1, evaluate: [] }), folder = await store.folder("test", id);
    const planned: PlannedRun = { id, row: "ArcFace", seed: 0, run, identity: { run }, missing: [] };
    const output = { logEvery: 1, checkpointEvery: 0, weights: false };
    const shared = { experiment: "test", registries, plugins: [], files: diskFiles(root), output, store, environment };
    await folder.writeRecord(sampleRecord({ ...failed, id }));
    for await (const { type } of runHere(planned, shared)) {
      if (type === "start") assertEquals(await folder.readRecord(), undefined);
    }
    assertEquals((await folder.readRecord())?.status, "completed");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
