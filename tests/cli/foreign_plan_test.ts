/// Plans and records that somebody else made: they execute nothing and read nothing outside, unless they are allowed to.
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { commandsFor } from "../../cli/launch/command.ts";
import { loadPlan } from "../../cli/load.ts";
import { pairsFile } from "../../experiments/store/pairs.ts";
import { planDigest } from "../../experiments/store/plan.ts";
import { cli, inFolder, TINY } from "./in_folder.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Whether the head of {@link HEAD} has been executed in this process since it was last asked. */
function executed(): boolean {
  const seen = globalThis as { executed?: boolean }, was = seen.executed === true;
  delete seen.executed;
  return was;
}

/** A module with a head, which leaves a trace when it is executed; `salt` makes it another module to Deno's cache. */
async function writeHead(path: string, salt = ""): Promise<void> {
  const source = await Deno.readTextFile(`${root}tests/fixtures/manifests/half_margin.ts`);
  const trace = `(globalThis as { executed?: boolean }).executed = true; // ${salt}\n`;
  await Deno.writeTextFile(path, source.replaceAll("../../../", root) + trace);
}

const OWN_HEAD = TINY.replace("name: tiny", "name: tiny\nplugins: [./head.ts]")
  .replace("{ name: norm-softmax, s: 8 } }", "{ name: half-margin, half: 0.1 } }");

Deno.test("a frozen plan executes no module that it names without --allow-plugins, and none that has changed", () =>
  inFolder(async (folder) => {
    const flags = ["--data", `${folder}/data`, "--out", `${folder}/results`], plan = `${folder}/plan.json`;
    await writeHead(`${folder}/head.ts`);
    const frozen = await cli("plan", `${folder}/tiny.yaml`, "--out", plan, ...flags);
    assertEquals([frozen.code, executed()], [0, true], "a manifest of the user's own executes its plugins");
    assertStringIncludes(frozen.err, "plan.json; --plan needs --allow-plugins with it");
    // A module is executed once a process: this one is new to it, and stands where the plan says.
    const moved = (await Deno.readTextFile(plan)).replaceAll("head.ts", "head2.ts");
    await writeHead(`${folder}/head2.ts`);
    const { digest: _, ...rest } = JSON.parse(moved);
    await Deno.writeTextFile(plan, JSON.stringify({ ...rest, digest: planDigest(rest) }));

    const commands = {
      run: ["run", "--plan", plan, "--index", "0", "--quiet", ...flags],
      plan: ["plan", "--plan", plan, ...flags],
    };
    for (const command of Object.values(commands)) {
      const { code, err } = await cli(...command);
      assertEquals([code, executed()], [2, false], err);
      assertStringIncludes(err, "--allow-plugins");
    }
    // The table needs no plugin.
    assertEquals((await cli("collate", "--plan", plan, ...flags)).code, 75);
    assertEquals(executed(), false);

    await writeHead(`${folder}/head2.ts`, "changed");
    for (const command of Object.values(commands)) {
      const { code, err } = await cli(...command, "--allow-plugins");
      assertEquals([code, executed()], [2, false], err);
      assertStringIncludes(err, "they are not what was planned, by their SHA-256");
    }
    // The table stands, whatever became of a module since.
    const table = await cli("collate", "--plan", plan, ...flags, "--allow-plugins");
    assertEquals([table.code, executed()], [75, false], table.err);
    assertStringIncludes(table.err, "they are not what was planned, by their SHA-256");
    assertStringIncludes(table.out, "runs to do");
    await Deno.remove(`${folder}/head2.ts`);
    assertStringIncludes((await cli(...commands.run, "--allow-plugins")).err, "found nothing");
    await writeHead(`${folder}/head2.ts`);
    const allowed = await cli(...commands.run, "--allow-plugins");
    assertEquals([allowed.code, executed()], [0, true], allowed.err);
    // What is done is done: nothing need be executed to know it.
    assertEquals((await cli(...commands.run)).code, 0);
  }, OWN_HEAD));

Deno.test("--allow-plugins and --allow-outside are refused where they would do nothing", () =>
  inFolder(async (folder) => {
    for (const command of ["run", "plan"]) {
      for (const flag of ["--allow-plugins", "--allow-outside"]) {
        const { code, err } = await cli(command, `${folder}/tiny.yaml`, "--out", folder, flag);
        assertEquals(code, 2);
        assertStringIncludes(err, `Cannot use ${flag} with a manifest`);
      }
    }
    const { code, err } = await cli("evaluate", `${folder}/tiny.yaml`, "--embeddings", "e.npy", "--allow-outside");
    assertEquals(code, 2);
    assertStringIncludes(err, "it goes with data that the record of --run names");
  }));

Deno.test("a plan or record reads nothing outside of --data without --allow-outside; one's own manifest may", () =>
  inFolder(async (folder) => {
    const image = (level: number) =>
      Uint8Array.of(...new TextEncoder().encode("P5 8 8 255\n"), ...Array(64).fill(level));
    for (const name of ["ann", "bob", "eve"]) {
      await Deno.mkdir(`${folder}/faces/${name}`, { recursive: true });
      for (const i of [0, 1, 2, 3]) await Deno.writeFile(`${folder}/faces/${name}/${i}.pgm`, image(40 * i));
    }
    const reader = `{ reader: image-folder, path: ${folder}/faces, size: [8, 8], channels: 1 }`;
    const manifest = TINY.replace(/\{ reader: synthetic-faces,.*?\} /, `${reader} `)
      .replace(/evaluate:[^]*?(?=ablation)/, `evaluate: [{ name: seen, protocol: angles, data: ${reader} }]\n`)
      .replace("unseen.accuracy", "seen.intra");
    await Deno.writeTextFile(`${folder}/tiny.yaml`, manifest);
    const plan = `${folder}/plan.json`, flags = ["--data", `${folder}/data`, "--out", `${folder}/results`];
    const frozen = await cli("plan", `${folder}/tiny.yaml`, "--out", plan, ...flags);
    assertStringIncludes(frozen.err, "plan.json; --plan needs --allow-outside with it");

    const run = (...more: string[]) => cli("run", "--plan", plan, "--index", "0", "--quiet", ...flags, ...more);
    const refused = await run();
    assertEquals(refused.code, 2, refused.err);
    assertStringIncludes(refused.err, `Cannot use "${folder}/faces": it leads out of the data folder`);
    assertEquals((await run("--allow-outside")).code, 0);

    // Children of --jobs and tasks of schedulers go on from the user's own manifest.
    const swept = await cli("ablate", `${folder}/tiny.yaml`, "--jobs", "1", "--blas", "none", "--quiet", ...flags);
    assertEquals(swept.code, 0, swept.err);
    const loaded = await loadPlan(plan, { data: "data", out: "results" });
    const sweep = loaded.frozen;
    const options = { set: [], data: "data", out: "results" }, program = { deno: "deno", folder: root };
    const { run: task, collate } = await commandsFor(loaded, plan, options, program);
    assert(task.includes("--allow-outside") && collate.includes("--allow-outside"));
    assert(!task.includes("--allow-plugins"), "no more than it needs");

    const id = sweep.runs[0]!.id, evaluate = ["evaluate", "--run", `${folder}/results/tiny/${id}`, "--quiet"];
    const again = await cli(...evaluate, "--data", `${folder}/data`);
    assertEquals(again.code, 2, again.err);
    assertStringIncludes(again.err, "it leads out of the data folder");
    assertEquals((await cli(...evaluate, "--data", `${folder}/data`, "--allow-outside")).code, 0);
    assertEquals((await cli(...evaluate, "--data", folder)).code, 0);
  }));

Deno.test("a plan's experiment cannot name a folder elsewhere, nor a record pairs elsewhere", () =>
  inFolder(async (folder) => {
    const flags = ["--data", `${folder}/data`, "--out", `${folder}/a/results`], plan = `${folder}/plan.json`;
    assertEquals((await cli("plan", `${folder}/tiny.yaml`, "--out", plan, ...flags)).code, 0);
    const { digest: _, ...rest } = JSON.parse(await Deno.readTextFile(plan));
    for (const experiment of ["..", "../up", `${folder}/up`, "a/b", ".hidden"]) {
      const changed = { ...rest, experiment };
      await Deno.writeTextFile(plan, JSON.stringify({ ...changed, digest: planDigest(changed) }));
      for (const command of [["run", "--index", "0", "--quiet"], ["collate"], ["plan"], ["status"]]) {
        const [name, ...more] = command, out = name === "status" ? flags.slice(2) : flags;
        const { code, err } = await cli(name!, "--plan", plan, ...more, ...out);
        assertEquals(code, 2, `${name} ${experiment}: ${err}`);
        assertStringIncludes(err, `Cannot use "${experiment}" as the name of an experiment`);
      }
    }
    const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(left.sort(), ["plan.json", "tiny.yaml"]);
    for (const digest of ["../../x", "", "AB".repeat(32), `${"a".repeat(63)}/`]) {
      assertThrows(() => pairsFile(digest), RangeError, "Cannot name pairs after");
    }
  }));
