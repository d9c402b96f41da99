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
