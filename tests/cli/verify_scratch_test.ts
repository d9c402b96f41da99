/// What `verify` takes over from an earlier `verify`: the checkpoint of the same rerun, and nothing else.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { openScratch, prepareRun } from "../../cli/verify_scratch.ts";
import { diskFiles } from "../../experiments/disk.ts";
import type { RunRecord } from "../../experiments/record.ts";
import { executeRun } from "../../experiments/run.ts";
import { openStore } from "../../experiments/store.ts";
import { builtins } from "../../registry/mod.ts";
import { cli, inFolder } from "./in_folder.ts";
import { change, copy, HEAD, sweep } from "./verify_helpers.ts";

Deno.test("verify trains again though its folder has a completed record, such as one that came with the results", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await sweep(folder);
    assertEquals((await cli("verify", tiny, ...flags, "--all")).code, 0);
    await change(tiny, (record) => {
      record.metrics.find(({ name }) => name === "auc")!.value = 0.875;
      (record["diagnostics"] as Record<string, unknown>)["weightsSha256"] = "0".repeat(64);
    }, { sealed: true });
    for (const { id } of (await openStore(`${folder}/results`).records("tiny")).records) {
      await copy(`${tiny}/${id}`, `${folder}/scratch/tiny/${id}`);
    }
    const { code, out, err } = await cli("verify", tiny, ...flags);
    assertEquals(code, 13, out + err);
  }));

/** Does a run again until its first step, as a `verify` that is interrupted then; gives the run's folder. */
async function interrupt(scratch: string, record: RunRecord): Promise<string> {
  const { id, row, seed, manifest, identity, environment } = record, stop = new AbortController();
  const place = await openScratch(scratch, "tiny"), store = await place.store.folder("tiny", id);
  await prepareRun(place, id, { plugins: [], backend: record.backend!, threads: undefined }, () => {});
  const running = executeRun({
    ...{ planned: { id, row, seed, run: manifest, identity, missing: [] }, experiment: "tiny", environment, store },
    ...{ registries: builtins(), plugins: [], files: diskFiles("nowhere"), stop: stop.signal },
    output: { logEvery: 1, checkpointEvery: 1, weights: false, receipt: 0 },
  });
  for await (const { type } of running) if (type === "step") stop.abort();
  return store.path;
}

Deno.test("verify goes on with its own interrupted rerun and says so; with another plugin, backend or record it does not", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await sweep(folder);
    const { records: [record] } = await openStore(`${folder}/results`).records("tiny"), { row, seed } = record!;
    const again = (...more: string[]) =>
      cli("verify", tiny, ...flags, "--cells", row, "--seeds", `${seed}`, "--json", ...more);
    const path = await interrupt(`${folder}/scratch`, record!);
    const resumed = JSON.parse((await again()).out);
    assertEquals(resumed.verdict, "identical");
    assertStringIncludes(resumed.notes.join("\n"), `went on from the checkpoint of an interrupted verify in ${path};`);
    const unsaid = async (...more: string[]) => {
      const { verdict, notes } = JSON.parse((await again(...more)).out);
      assertEquals([verdict, notes.join("\n").includes("went on")], ["identical", false]);
    };
    await unsaid();
    await interrupt(`${folder}/scratch`, record!);
    await unsaid("--plugin", HEAD);
    await interrupt(`${folder}/scratch`, { ...record!, backend: { ...record!.backend!, name: "wasm" } });
    await unsaid();
    await interrupt(`${folder}/scratch`, record!);
    await Deno.writeTextFile(`${path}/record.json`, JSON.stringify(record));
    await unsaid();
  }));
