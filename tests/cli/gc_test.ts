import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoCommand } from "../../experiments/child_flags.ts";
import { openStore } from "../../experiments/store.ts";
import { isThere } from "../../experiments/store/atomic.ts";
import { encodeSafeTensors } from "../../training/safetensors.ts";
import { sampleRecord } from "../experiments/sample_record.ts";
import { cli, inFolder } from "./in_folder.ts";

const STRAY = "0123456789ab", LOST = ".0123abcd.tmp";

/** Every path below a folder but locks and leases, sorted. */
async function pathsOf(folder: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
    if (name === "lock" || name === "lease") continue;
    paths.push(`${prefix}${name}`, ...isDirectory ? await pathsOf(folder, `${prefix}${name}/`) : []);
  }
  return paths.sort();
}

/** A finished sweep of two runs, with everything around it that `gc` knows and much that it leaves alone. */
async function inResults(fn: (results: string, runs: readonly string[]) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    assertEquals((await cli("ablate", `${folder}/tiny.yaml`, "--quiet", "--out", results)).code, 0);
    const store = openStore(results), runs = (await store.readPlan("tiny"))!.runs.map(({ id }) => id);
    const [first, second] = await Promise.all(runs.map((id) => store.folder("tiny", id)));
    await first!.writeCheckpoint(new Uint8Array(3000));
    await Deno.writeTextFile(`${first!.path}/record.json${LOST}`, "{");
    // A failed run goes on from its checkpoint.
    await second!.writeRecord({ ...(await second!.readRecord())!, status: "failed", error: "no room", metrics: [] });
    await second!.writeCheckpoint(new Uint8Array(5));
    await (await store.folder("tiny", STRAY)).writeCheckpoint(new Uint8Array(7));
    await Deno.writeTextFile(`${results}/tiny/plan.json${LOST}`, "{");
    await Deno.writeTextFile(`${results}/tiny/figures.json${LOST}`, "{");
    const old = new Date(Date.now() - 48 * 3_600_000);
    await Deno.utime(`${results}/tiny/plan.json${LOST}`, old, old);
    const again = await openStore(`${results}/.verify`).folder("tiny", runs[0]!);
    await again.writeCheckpoint(new Uint8Array(1));
    await Deno.writeTextFile(`${results}/.verify/tiny/.verify.json`, "{}");
    await fn(results, runs);
  });
}

Deno.test("gc tells what nothing needs, deletes it with --yes alone, and leaves records, failed runs and fresh files", () =>
  inResults(async (results, [first, second]) => {
    const before = await pathsOf(results), { code, out, err } = await cli("gc", "--out", results);
    assertEquals([code, await pathsOf(results)], [0, before]);
    // Sizes aside: a run that is claimed holds its lease too.
    const told = (out: string) => out.replaceAll(`${results}/`, "").replaceAll(/  +.*?  +/g, ": ").split("\n").sort();
    assertEquals(
      told(out),
      [
        "",
        `.verify/tiny: runs that verify trained again`,
        `tiny/${STRAY}: a run without a record, which no stored plan names`,
        `tiny/${first}/checkpoint: the checkpoint of a completed run`,
        `tiny/${first}/record.json${LOST}: a file whose writer died`,
        `tiny/plan.json${LOST}: a file whose writer died`,
      ].sort(),
    );
    assertMatch(err, /^5 leftovers, [\d.]+ KiB; nothing was deleted: --yes does it\n$/);
    assertEquals(told((await cli("gc", "--out", results, "--yes")).out), told(out));
    const gone = [".verify/tiny", `tiny/${STRAY}`, `tiny/${first}/checkpoint`, `tiny/${first}/record.json${LOST}`]
      .concat(`tiny/plan.json${LOST}`);
    const stays = (path: string) => !gone.some((one) => path === one || path.startsWith(`${one}/`));
    assertEquals(await pathsOf(results), before.filter(stays));
    assertEquals(await pathsOf(`${results}/tiny/${second}`, "checkpoint/"), ["checkpoint/current"]);
    assertEquals((await cli("gc", "--out", results)).err, "Nothing to delete\n");
  }));

Deno.test("gc leaves what a variant of the plan goes on from, whichever command trains it", () =>
  inFolder(async (folder) => {
    const results = `${folder}/results`, store = openStore(results), where = ["--quiet", "--out", results];
    const manifest = `${folder}/tiny.yaml`, elsewhere = `${folder}/elsewhere.json`;
    const steps = (count: number) => ["--set", `train.steps=${count}`];
    assertEquals((await cli("ablate", manifest, ...where)).code, 0);
    const own = new Set((await store.readPlan("tiny"))!.runs.map(({ id }) => id));
    await cli("plan", manifest, ...steps(6), "--out", elsewhere);
    const commands = [
      ["ablate", manifest, ...steps(4)],
      ["run", manifest, ...steps(5), "--row", "NS"],
      ["run", "--plan", elsewhere, "--index", "1"],
    ];
    for (const command of commands) assertEquals((await cli(...command, ...where)).code, 0);
    const { records } = await store.records("tiny"), variants = records.filter(({ id }) => !own.has(id));
    assertEquals(variants.map(({ manifest }) => manifest.train.steps).sort(), [4, 4, 5, 6]);
    // As when they had been interrupted.
    for (const { id } of variants) {
      const run = await store.folder("tiny", id);
      await run.clear();
      await run.writeCheckpoint(new Uint8Array(7));
    }
    assertEquals((await cli("gc", "--interrupted", "--out", results)).err, "Nothing to delete\n");
  }));

Deno.test("gc leaves a run alone that is at work, and runs without records where no plan is stored", () =>
  inResults(async (results, [first]) => {
    const store = openStore(results), run = await store.folder("tiny", first!);
    const scratch = await openStore(`${results}/.verify`).folder("tiny", first!);
    await run.claim();
    await scratch.claim();
    await Deno.remove(`${results}/tiny/plan.json`);
    const { out, err } = await cli("gc", "--out", results, "--yes");
    await run.release();
    await scratch.release();
    assertEquals(out.split("\n").length, 2, out);
    assertStringIncludes(out, `tiny/plan.json${LOST}`);
    for (const { path } of [run, scratch]) assertStringIncludes(err, `${path} is at work, and was left alone`);
    assertEquals((await run.readCheckpoint())?.length, 3000);
  }));

Deno.test("gc leaves an interrupted run that no stored plan names, until it is asked for by itself", () =>
  inResults(async (results) => {
    const run = await openStore(results).folder("tiny", STRAY), metadata = { step: "540" };
    const bytes = encodeSafeTensors({ tensors: [], metadata });
    await run.writeCheckpoint(bytes);
    const { code, out, err } = await cli("gc", "tiny", "--yes", "--out", results);
    assertEquals([code, out.includes(STRAY)], [0, false]);
    assertMatch(
      err,
      /0123456789ab \(\d+ B\) is a run interrupted at step 540, which no .*: --interrupted takes it$/m,
    );
    assertEquals(await run.readCheckpoint(), bytes);
    const told = await cli("gc", "tiny", "--interrupted", "--out", results);
    assertStringIncludes(told.out, "a run interrupted at step 540, which no stored plan names");
    await cli("gc", "tiny", "--interrupted", "--yes", "--out", results);
    assertEquals(await isThere(run.path), false);
  }));

Deno.test("rm deletes runs by how their ids begin, and seals the rest", () =>
  inResults(async (results, [first, second]) => {
    const { code, out } = await cli("rm", `${results}/tiny`, second!.slice(0, 6), STRAY);
    assertEquals([code, out], [0, `${results}/tiny/${second}\n${results}/tiny/${STRAY}\n`]);
    const sums = await Deno.readTextFile(`${results}/tiny/SHA256SUMS`);
    assertEquals([sums.includes(first!), sums.includes(second!)], [true, false]);
    assertEquals((await openStore(results).summaries("tiny")).records.map(({ id }) => id), [first!]);
  }));

Deno.test("rm deletes nothing where one run is unknown, named by too little, or at work", () =>
  inResults(async (results, [first, second]) => {
    const before = await pathsOf(results), store = openStore(results), busy = await store.folder("tiny", second!);
    const twin = `${first!.slice(0, 11)}${first!.endsWith("0") ? "1" : "0"}`;
    await (await store.folder("tiny", twin)).writeRecord(sampleRecord({ id: twin, experiment: "tiny" }));
    const refused = async (ids: readonly string[], status: number, message: string) => {
      const { code, err, out } = await cli("rm", "tiny", "--out", results, first!, ...ids);
      assertEquals([code, out], [status, ""]);
      assertStringIncludes(err, message);
    };
    await refused(["ffffffffffff"], 2, `Cannot find run "ffffffffffff" in ${results}/tiny: wanted an id as "plan"`);
    await refused(["../tiny"], 2, 'Cannot find run "../tiny"');
    await refused([""], 2, 'Cannot find run ""');
    await refused([first!.slice(0, 11)], 2, `wanted one of ${[first, twin].sort().join(", ")}`);
    await busy.claim();
    await refused([second!], 75, `another process (pid ${Deno.pid}`);
    await busy.release();
    assertEquals((await pathsOf(results)).filter((path) => !path.includes(twin)), before);
  }));

const root = new URL("../../", import.meta.url);

Deno.test({
  name: "rm refuses runs that are committed to git, as those of this repository",
  ignore: !await isThere(decodeURIComponent(new URL(".git", root).pathname)),
  async fn() {
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
    const [, ...words] = (tasks.rm.command as string).split(" ");
    // Whatever happens, nothing is deleted.
    const args = words.filter((word) => !word.startsWith("--allow-write")), id = "0ea6a23077f6";
    const { code, stderr } = await new Deno.Command(await denoCommand(), {
      args: [...args, "results/omniglot-table2", id.slice(0, 6)],
      cwd: root,
      stdin: "null",
    }).output();
    assertEquals(code, 2);
    assertStringIncludes(
      new TextDecoder().decode(stderr),
      `Cannot delete runs that are committed to git: ${id}; "git rm`,
    );
  },
});
