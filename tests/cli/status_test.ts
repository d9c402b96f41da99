/// `status` of folders in which something is wrong.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { cli, inFolder } from "./in_folder.ts";

Deno.test("status tells of a damaged history in the line of its run, and of the other runs as ever", () =>
  inFolder(async (folder) => {
    const flags = ["--out", `${folder}/results`], plan = `${folder}/plan.json`;
    await cli("plan", `${folder}/tiny.yaml`, ...flags, "--out", plan);
    const store = openStore(`${folder}/results`);
    const { runs: [first, second] } = JSON.parse(await Deno.readTextFile(plan));
    for (const [{ id }, text] of [[first, "garbage\n"], [second, '{"step":2}\n']] as const) {
      const { path } = await store.folder("tiny", id);
      await Deno.mkdir(path, { recursive: true });
      await Deno.writeTextFile(`${path}/history.jsonl`, text);
    }
    const { code, out, err } = await cli("status", "--plan", plan, ...flags);
    assertEquals(code, 0, err);
    assertMatch(out, /^0 +waiting +NS, seed 0 .*Cannot read .*history\.jsonl:1: wanted one JSON object a line/m);
    assertMatch(out, /^1 +waiting +ArcFace, seed 0 +step 2 of 3,/m);
    const { runs } = JSON.parse((await cli("status", "--plan", plan, "--json", ...flags)).out);
    assertStringIncludes(runs[0].problem, "history.jsonl:1");
    assertEquals([runs[1].step, runs[1].problem], [2, undefined]);
  }));

Deno.test("status tells of the folder that is named, copied or renamed, not of the one that the plan names", () =>
  inFolder(async (folder) => {
    const results = `${folder}/results`;
    assertEquals((await cli("ablate", `${folder}/tiny.yaml`, "--quiet", "--out", results)).code, 0);
    await Deno.rename(`${results}/tiny`, `${results}/renamed`);
    const complete = await cli("status", `${results}/renamed`);
    assertMatch(complete.out, /^renamed, plan [0-9a-f]{12}: 2 runs, 2 done$/m);
    assertStringIncludes(complete.out, `The table: deno task table ${results}/renamed`);
    const { experiment, counts } = JSON.parse((await cli("status", "renamed", "--json", "--out", results)).out);
    assertEquals([experiment, counts.done, counts.waiting], ["renamed", 2, 0]);
  }));

Deno.test("status counts diverged runs apart from those that are done, says why, and has nothing to do for them", () =>
  inFolder(async (folder) => {
    const results = `${folder}/results`, store = openStore(results);
    assertEquals((await cli("ablate", `${folder}/tiny.yaml`, "--quiet", "--out", results)).code, 0);
    const [, { id }] = (await store.readPlan("tiny"))!.runs as [unknown, { id: string }];
    const run = await store.folder("tiny", id), record = (await run.readRecord())!;
    await run.writeRecord({ ...record, status: "diverged", error: "the loss became NaN at step 2", metrics: [] });
    const { out } = await cli("status", `${results}/tiny`);
    assertMatch(out, /^tiny, plan [0-9a-f]{12}: 2 runs, 1 done, 1 diverged$/m);
    assertMatch(out, /^1 +diverged +ArcFace, seed 0 .*the loss became NaN at step 2$/m);
    assertEquals([out.includes("To do"), out.includes("The table: ")], [false, true]);
  }));

Deno.test("status and table tell from which step an interrupted run would go on, and which begins again", () =>
  inFolder(async (folder) => {
    const flags = ["--out", `${folder}/results`], plan = `${folder}/plan.json`;
    await cli("plan", `${folder}/tiny.yaml`, ...flags, "--out", plan);
    const store = openStore(`${folder}/results`);
    const { runs: [first, second] } = JSON.parse(await Deno.readTextFile(plan));
    for (const { id } of [first, second]) {
      const { path } = await store.folder("tiny", id);
      await Deno.mkdir(`${path}/checkpoint`, { recursive: true });
      await Deno.writeTextFile(`${path}/history.jsonl`, '{"step":2}\n');
    }
    const header = new TextEncoder().encode('{"__metadata__":{"step":"1","backend":"wasm"}}'), size = new Uint8Array(8);
    new DataView(size.buffer).setBigUint64(0, BigInt(header.length), true);
    const { path } = await store.folder("tiny", first.id);
    await Deno.writeFile(`${path}/checkpoint/current`, new Uint8Array([...size, ...header]));
    const { out } = await cli("status", "--plan", plan, ...flags);
    assertMatch(out, /^0 +interrupted +NS, seed 0 +step 2 of 3, .* ago +goes on from step 1$/m);
    assertMatch(out, /^1 +waiting +ArcFace, seed 0 +step 2 of 3, .* ago +begins again, without a checkpoint$/m);
    const table = (await cli("collate", "--plan", plan, ...flags)).out;
    assertStringIncludes(table, "NS: seed 0 has a checkpoint of step 1 and no record");
    assertStringIncludes(table, "ArcFace: seed 0 has no record");
    assertEquals(table.startsWith((await cli("table", "tiny", ...flags)).out), true);
  }));
