/// The plan as the unit: frozen to a file, run by position, held against drift, collated.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { RunRecord } from "../../experiments/record.ts";
import { type FrozenPlan, planDigest } from "../../experiments/store/plan.ts";
import { cli, inFolder, TINY } from "./in_folder.ts";

async function readPlanFile(folder: string): Promise<FrozenPlan> {
  return JSON.parse(await Deno.readTextFile(`${folder}/plan.json`));
}

/** Changes a plan and gives it a digest that fits, as a plan of other code would have. */
async function rewrite(folder: string, change: Partial<FrozenPlan>): Promise<void> {
  const plan = { ...await readPlanFile(folder), ...change };
  await Deno.writeTextFile(`${folder}/plan.json`, JSON.stringify({ ...plan, digest: planDigest(plan) }));
}

/** Freezes the folder's manifest, and gives the commands that work from the plan. */
async function freeze(folder: string) {
  const plan = `${folder}/plan.json`, flags = ["--data", `${folder}/data`, "--out", `${folder}/results`];
  const { code, err } = await cli("plan", `${folder}/tiny.yaml`, "--out", plan, ...flags);
  assertEquals(code, 0, err);
  const run = (index: number, ...more: string[]) =>
    cli("run", "--plan", plan, "--index", `${index}`, "--blas", "none", "--quiet", ...flags, ...more);
  const collate = (...more: string[]) => cli("collate", "--plan", plan, ...flags, ...more);
  const record = async (index: number): Promise<RunRecord> => {
    const { experiment, runs } = await readPlanFile(folder);
    return JSON.parse(await Deno.readTextFile(`${folder}/results/${experiment}/${runs[index]!.id}/record.json`));
  };
  return { plan, flags, run, collate, record };
}

Deno.test("plan --out FILE.json freezes the plan, the same bytes each time", () =>
  inFolder(async (folder) => {
    const files = [`${folder}/one.json`, `${folder}/deep/two.json`];
    const { code, out, err } = await cli("plan", `${folder}/tiny.yaml`, ...files.flatMap((file) => ["--out", file]));
    assertEquals(code, 0);
    assertStringIncludes(out, "2 runs, 0 done, 2 to do");
    assertStringIncludes(err, `Plan of 2 runs: ${files[1]}`);
    const [one, two] = await Promise.all(files.map((file) => Deno.readTextFile(file)));
    assertEquals(one, two);
    assertEquals(JSON.parse(one!).runs.map(({ row }: { row: string }) => row), ["NS", "ArcFace"]);
  }));

Deno.test("plan --out FILE.json with data that is not there exits 3 and writes nothing", () =>
  inFolder(
    async (folder) => {
      const flags = ["--data", `${folder}/data`, "--out", `${folder}/plan.json`];
      const { code, err } = await cli("plan", `${folder}/tiny.yaml`, ...flags);
      assertEquals(code, 3, err);
      assertStringIncludes(err, `${folder}/data/images.zip`);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["tiny.yaml"]);
    },
    TINY.replace(
      /\{ reader: synthetic-faces,.*?\} /,
      "{ reader: image-folder, path: images.zip, size: [8, 8], channels: 1 } ",
    ),
  ));

Deno.test("run --plan refuses what does not belong to a plan with exit 2, and says what is wanted", () =>
  inFolder(async (folder) => {
    const { plan, flags, run } = await freeze(folder), manifest = `${folder}/tiny.yaml`;
    for (
      const [{ code, err }, hint] of [
        [await run(2), "wanted --index from 0 to 1, found 2"],
        [await cli("run", "--plan", plan, ...flags), "wanted --index from 0 to 1, found none"],
        [await cli("run", "--plan", plan, "--index", "-1", ...flags), "whole number"],
        [await run(0, "--set", "head.s=9"), "a plan is frozen"],
        [await run(0, "--seed", "1"), "a plan is frozen"],
        [await run(0, "--row", "NS"), "choose with --index"],
        [await cli("run", manifest, "--plan", plan, "--index", "0"), "name one of them"],
        [await cli("run", manifest, "--index", "0"), "--plan FILE"],
        [await cli("run"), "name a manifest, or a plan"],
        [await cli("run", "--plan", `${folder}/none.json`, "--index", "0"), "Cannot find plan"],
        [await cli("run", "--plan", manifest, "--index", "0"), "plan again"],
      ] as const
    ) {
      assertEquals(code, 2, err);
      assertStringIncludes(err, hint);
    }
    assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "results"), false);
  }));

Deno.test("editing or removing the manifest after planning changes nothing that is planned", () =>
  inFolder(async (folder) => {
    const { plan, flags, run, record } = await freeze(folder), { runs } = await readPlanFile(folder);
    await Deno.writeTextFile(`${folder}/tiny.yaml`, TINY.replace("m: 0.3", "m: 0.4").replace("steps: 3", "steps: 5"));
    assertEquals((await run(1)).code, 0);
    const { id, manifest, row, drift } = await record(1);
    assertEquals([id, row, manifest.head["m"], manifest.train.steps, drift], [
      runs[1]!.id,
      "ArcFace",
      0.3,
      3,
      undefined,
    ]);
    await Deno.remove(`${folder}/tiny.yaml`);
    assertEquals((await run(0)).code, 0);
    const again = await run(0);
    assertEquals(again.code, 0);
    const shown = JSON.parse((await cli("plan", "--plan", plan, "--json", ...flags)).out);
    assertEquals(shown.runs.map(({ index, id, done }: Record<string, unknown>) => [index, id, done]), [
      [0, runs[0]!.id, true],
      [1, runs[1]!.id, true],
    ]);
  }));

Deno.test("run --plan refuses other code with exit 2; --allow-drift records it; what is done is left alone", () =>
  inFolder(async (folder) => {
    const { flags, plan, run, record } = await freeze(folder), { code } = await readPlanFile(folder);
    const planned = "e".repeat(64), found = code.sha256;
    assertEquals((await run(1)).code, 0);
    await rewrite(folder, { code: { ...code, sha256: planned } });
    const refused = await run(0);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.err, `the program's sources: planned ${planned.slice(0, 12)}`);
    assertStringIncludes(refused.err, "--allow-drift");
    const { out } = await cli("plan", "--plan", plan, "--explain", ...flags);
    assertStringIncludes(out, `the program's sources: planned ${planned.slice(0, 12)}`);
    assertEquals((await run(0, "--allow-drift")).code, 0);
    assertEquals((await record(0)).drift, { code: { planned, found } });
    assertEquals((await record(0)).environment.code, found);
    assertEquals([(await run(1)).code, (await record(1)).drift], [0, undefined]);
  }));

Deno.test("a plan with a user's plugin works from the plan alone, and drift of its module exits 2", () =>
  inFolder(
    async (folder) => {
      const module = `${folder}/half_margin.ts`, root = new URL("../../", import.meta.url).pathname;
      const source = await Deno.readTextFile(`${root}tests/fixtures/manifests/half_margin.ts`);
      await Deno.writeTextFile(module, source.replaceAll("../../../", root));
      const { run, record } = await freeze(folder), [plugin] = (await readPlanFile(folder)).plugins;
      await Deno.remove(`${folder}/tiny.yaml`);
      assertEquals((await run(0, "--allow-plugins")).code, 0);
      assertEquals((await record(0)).plugins.map(({ specifier }) => specifier), ["./half_margin.ts"]);
      await Deno.writeTextFile(module, "\n// Changed after planning.\n", { append: true });
      const refused = await run(1, "--allow-plugins");
      assertEquals(refused.code, 2);
      assertStringIncludes(refused.err, `plugin ./half_margin.ts: planned ${plugin!.sha256.slice(0, 12)}`);
      assertEquals((await run(1, "--allow-plugins", "--allow-drift")).code, 0);
      const { drift } = await record(1);
      assertEquals(Object.keys(drift!), ["plugins"]);
      assertEquals(drift!.plugins!["./half_margin.ts"]!.planned, plugin!.sha256);
      assertMatch(drift!.plugins!["./half_margin.ts"]!.found!, /^[0-9a-f]{64}$/);
    },
    TINY.replace("name: tiny", "name: tiny\nplugins: [./half_margin.ts]")
      .replace("{ name: norm-softmax, s: 8 } }", "{ name: half-margin, half: 0.1 } }"),
  ));

Deno.test("run --plan refuses other data with exit 3; --allow-drift records it, but not data that is gone", () =>
  inFolder(
    async (folder) => {
      const image = (level: number) =>
        Uint8Array.of(...new TextEncoder().encode("P5 8 8 255\n"), ...Array(64).fill(level));
      for (const name of ["ann", "bob", "eve"]) {
        await Deno.mkdir(`${folder}/data/faces/${name}`, { recursive: true });
        for (const i of [0, 1, 2, 3]) await Deno.writeFile(`${folder}/data/faces/${name}/${i}.pgm`, image(40 * i));
      }
      const { plan, flags, run, record } = await freeze(folder);
      assertEquals((await run(0)).code, 0);
      const { data } = (await readPlanFile(folder)).rows[0]!;
      await Deno.writeFile(`${folder}/data/faces/eve/3.pgm`, image(7));
      const refused = await run(1);
      assertEquals(refused.code, 3, refused.err);
      assertStringIncludes(refused.err, `data faces: planned ${data["faces"]!.slice(0, 12)}`);
      assertEquals((await run(1, "--allow-drift")).code, 0);
      const { drift } = await record(1);
      assertEquals([Object.keys(drift!), drift!.data!["faces"]!.planned], [["data"], data["faces"]!]);
      await Deno.remove(`${folder}/results`, { recursive: true });
      await Deno.remove(`${folder}/data`, { recursive: true });
      for (const more of [[], ["--allow-drift"]]) {
        const gone = await run(1, ...more);
        assertEquals(gone.code, 3, gone.err);
        assertStringIncludes(gone.err, `${folder}/data/faces`);
      }
      assertStringIncludes((await cli("plan", "--plan", plan, "--explain", ...flags)).out, "data faces: planned");
    },
    TINY.replace(
      /\{ reader: synthetic-faces,.*?\} /,
      "{ reader: image-folder, path: faces, size: [8, 8], channels: 1 } ",
    ),
  ));

Deno.test("collate exits 75 while runs are missing and names their positions, then 0", () =>
  inFolder(async (folder) => {
    const { run, collate } = await freeze(folder);
    const none = await collate();
    assertEquals(none.code, 75);
    assertStringIncludes(none.out, "4 of 4 runs to do: --array=0-3");
    assertEquals((await run(1)).code, 0);
    const some = await collate("--json");
    assertEquals([some.code, JSON.parse(some.out).missing], [75, [0, 2, 3]]);
    assertStringIncludes((await collate()).out, "3 of 4 runs to do: --array=0,2-3");
    for (const index of [3, 0, 2]) assertEquals((await run(index)).code, 0);
    const all = await collate();
    assertEquals(all.code, 0);
    assertMatch(all.out, /\| NS +\|.*\n\| ArcFace +\|/);
    assert(!all.out.includes("--array"));
    assertEquals((await cli("table", `${folder}/results/tiny`)).out, all.out);
  }, TINY.replace("seeds: [0]", "seeds: [0, 1]")));

Deno.test("collate exits 70 when a run did not complete, whether or not others are missing", () =>
  inFolder(
    async (folder) => {
      const { run, collate } = await freeze(folder);
      assertEquals((await run(0)).code, 70);
      assertEquals((await collate()).code, 70);
      assertEquals((await run(1)).code, 0);
      const { code, out } = await collate("--json");
      assertEquals([code, JSON.parse(out).missing], [70, []]);
    },
    TINY.replace(
      "{ label: NS,",
      "{ label: NS, schedule: { name: step, lr: 99, factor: 1 }, optimizer: { name: sgd, weightDecay: 1 }, train: { steps: 200 },",
    ),
  ));

Deno.test("collate of a trial does not take the table of the sweep away", () =>
  inFolder(async (folder) => {
    const { run, collate, flags } = await freeze(folder), trial = `${folder}/trial.json`;
    for (const index of [0, 1]) assertEquals((await run(index)).code, 0);
    const { out } = await collate();
    await cli("plan", `${folder}/tiny.yaml`, "--set", "train.steps=2", "--out", trial, ...flags);
    const { code, err } = await cli("collate", "--plan", trial, ...flags);
    assertEquals(code, 75);
    assertStringIncludes(err, "keeps another plan");
    assertEquals((await cli("table", `${folder}/results/tiny`)).out, out);
  }));

Deno.test("plan --out refuses a file that is no .json, and to replace another plan without --force", () =>
  inFolder(async (folder) => {
    const file = `${folder}/plan.json`, manifest = `${folder}/tiny.yaml`;
    const text = await cli("plan", manifest, "--out", `${folder}/plan.txt`);
    assertEquals([text.code, text.out], [2, ""]);
    assertStringIncludes(text.err, "plan.txt: it looks like a file, a results folder or a plan's FILE.json is wanted");
    assertStringIncludes((await cli("plan", manifest, "--out", manifest)).err, "tiny.yaml: it is a file");

    const plan = (...flags: string[]) => cli("plan", manifest, "--out", file, "--out", `${folder}/results`, ...flags);
    assertEquals((await plan()).code, 0);
    assertEquals((await plan()).code, 0, "the same plan loses nothing");
    const before = await Deno.readTextFile(file), other = await plan("--seed", "3");
    assertEquals([other.code, await Deno.readTextFile(file)], [2, before]);
    assertMatch(other.err, /Cannot write plan .*: it has another plan, [0-9a-f]{12} of "tiny" with 2 runs; .* --force/);
    assertEquals((await plan("--seed", "3", "--force")).code, 0);
    assertStringIncludes((await cli("plan", manifest, "--force")).err, "Cannot use --force without --out FILE.json");
    await Deno.writeTextFile(file, "{}");
    assertStringIncludes((await plan()).err, "what is there is no plan");
  }));
