/// What `plan` prints before anything is trained, and why.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { manyRows, writeRecords } from "../../bench/records.ts";
import { openStore } from "../../experiments/store.ts";
import { cli, inFolder, TINY } from "./in_folder.ts";

Deno.test("plan --explain says why each run is trained or skipped, and which keys differ from which record", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const explain = async (...more: string[]) => (await cli("plan", path, "--explain", ...flags, ...more)).out;
    assertMatch(await explain(), /^0\s+\w{12}\s+NS, seed 0: will be trained; the experiment has no record to compare/m);
    const { out } = await cli("run", path, "--row", "ArcFace", "--blas", "none", "--json", ...flags);
    const { id } = JSON.parse(out.split("\n")[0]!);
    const text = await explain();
    assertMatch(text, new RegExp(`^1\\s+${id}\\s+ArcFace, seed 0: skipped, completed at 20`, "m"));
    const other = new RegExp(`NS, seed 0: will be trained; the nearest record, ${id} \\(ArcFace, seed 0, completed\\)`);
    assertMatch(text, other);
    assertMatch(text, /^ {4}head.name +planned norm-softmax +record arcface$/m);
    assertMatch(text, /^ {4}head.m +planned absent +record 0.3$/m);
    assertMatch(text, /^rows differ in .*head\.m.*; what each changes of "NS":$/m);
    const changed = await explain("--set", "train.steps=4");
    assertMatch(changed, new RegExp(`^1\\s+\\w{12}\\s+ArcFace, seed 0: .*nearest record, ${id} `, "m"));
    assertMatch(changed, /^ {4}train.steps +planned 4 +record 3$/m);
    const { runs, differences } = JSON.parse(await explain("--set", "train.steps=4", "--json"));
    assertEquals(runs[1].explain.nearest.record.id, id);
    assertEquals(runs[1].explain.nearest.differs, [{ key: "train.steps", planned: 4, found: 3 }]);
    assertEquals(differences.base, "NS");
    assertEquals(differences.rows[1].changes[0], { key: "head.name", planned: "arcface", found: "norm-softmax" });
  }));

Deno.test("plan --explain of data that is not there says so, and what else differs", () =>
  inFolder(
    async (folder) => {
      const flags = ["--data", `${folder}/data`, "--out", `${folder}/results`],
        weights = `${folder}/data/w.safetensors`;
      await Deno.mkdir(`${folder}/data`);
      await Deno.writeTextFile(weights, "not read");
      const explain = (...more: string[]) => cli("plan", `${folder}/tiny.yaml`, "--explain", ...flags, ...more);
      assertEquals((await explain()).out.includes("cannot be trained"), false);
      assertEquals((await cli("run", `${folder}/tiny.yaml`, "--row", "NS", "--quiet", ...flags)).code, 70);
      await Deno.remove(weights);
      const lacks =
        /NS, seed 0: cannot be trained before its data is there: w.safetensors; the nearest record, .*failed\)/;
      assertMatch((await explain()).out, new RegExp(`${lacks.source}, differs in nothing but this data$`, "m"));
      const other = (await explain("--set", "train.steps=4")).out;
      assertMatch(other, new RegExp(`${lacks.source}, differs in this data, and in\n    train.steps +planned 4 `));
    },
    TINY.replace("head: {", "weights: w.safetensors\nhead: {"),
  ));

Deno.test("plan tells of interrupted and busy runs", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
    const [first, second] = await Promise.all(
      runs.map(({ id }: { id: string }) => openStore(`${folder}/results`).folder("tiny", id)),
    );
    await first.writeCheckpoint(new Uint8Array(3));
    await second.claim();
    const { out } = await cli("plan", path, "--explain", ...flags);
    await second.release();
    assertStringIncludes(out, "NS, seed 0: will go on; its newest checkpoint cannot be read");
    assertMatch(out, new RegExp(`ArcFace, seed 0: another process trains it now \\(pid ${Deno.pid} `));
    assertMatch((await cli("plan", path, ...flags)).out, /NS +0 +interrupted/);
  }));

Deno.test("plan --jobs tells time, memory and disk of as many processes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const preview = async (...more: string[]) =>
      JSON.parse((await cli("plan", path, "--json", ...flags, ...more)).out).preview;
    const one = await preview(), two = await preview("--jobs", "2");
    assertEquals([one.runs, one.seconds, one.memoryBytes], [2, null, one.jobsMemoryBytes]);
    assert(two.jobsMemoryBytes > 1.9 * one.jobsMemoryBytes);
    await cli("run", path, "--row", "NS", "--blas", "none", "--quiet", ...flags);
    const { out } = await cli("plan", path, "--jobs", "2", ...flags);
    assertMatch(out, /^2 runs, 1 done, 1 to do$/m);
    assertMatch(out, /^time: about \d+ s of training in all, .*; \d+ s with --jobs 2/m);
    assertMatch(
      out,
      /^memory at once: about 38\d MiB: .* of tensors, .* for the largest of 2 processes; 384 MiB for the program and its data, and .* while checkpoints are saved/m,
    );
    assertMatch(out, /^disk: about .* more \(weights .*, scores .*, records .*, checkpoints on the way .*\)/m);
    assertEquals((await cli("plan", path, "--jobs", "0")).code, 2);
  }));

Deno.test("plan --plan shows a frozen plan as its manifest was shown, and takes nothing that would change it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, plan = `${folder}/plan.json`, flags = ["--out", `${folder}/results`];
    const { out } = await cli("plan", path, "--out", plan, ...flags);
    assertEquals(await cli("plan", "--plan", plan, ...flags), { code: 0, out, err: "" });
    for (
      const [args, hint] of [
        [[path], "name one of them"],
        [["--set", "head.s=9"], "it is frozen"],
        [["--seed", "1"], "it is frozen"],
        [["--out", `${folder}/other.json`], "it is frozen"],
      ] as const
    ) {
      const { code, err } = await cli("plan", "--plan", plan, ...args);
      assertEquals(code, 2, err);
      assertStringIncludes(err, hint);
    }
  }));

Deno.test("writeRecords() makes a sweep of records that plan and table take for their own", () =>
  inFolder(async (folder) => {
    assertEquals(await writeRecords(folder, { rows: 50, seeds: 2, share: 0.98 }), 98);
    const { out, err } = await cli("plan", `${folder}/many.yaml`, "--out", `${folder}/results`);
    assertEquals(err, "");
    assertStringIncludes(out, "100 runs, 98 done, 2 to do");
    // Fifty rows are many: their differences are listed by --explain.
    assertStringIncludes(out, "rows differ in head.m, head.s; --explain lists each");
    assertEquals(
      (await cli("table", `${folder}/results/many`)).out.split("\n").filter((line) => /\| head\.m=/.test(line)).length,
      50,
    );
  }));

Deno.test("manyRows() has as many rows as asked for", () => {
  for (const rows of [1, 7, 60, 2000]) {
    const lists = [...manyRows(rows, 1).matchAll(/^ {4}\S+: \[(.*)\]$/gm)].map(([, list]) => list!.split(",").length);
    assertEquals(lists.reduce((product, length) => product * length), rows);
  }
});
