/// `publish`: an experiment as a package, and `verify` of a copy of it.
import { unzipSync, zipSync } from "fflate";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { collectPlugins } from "../../cli/publish/collect.ts";
import { CrateFolder } from "../../cli/publish/folder.ts";
import { writeZip } from "../../cli/publish/zip.ts";
import { openStore, readPlan } from "../../experiments/store.ts";
import { cli, inFolder, TINY } from "./in_folder.ts";
import { digestOf } from "../../experiments/verify/digests.ts";
import { seal } from "../../experiments/verify/seal.ts";
import { copy, HEAD, RESULTS, sweep } from "./verify_helpers.ts";

const ROOT = new URL("../../", import.meta.url).href;
const FLAGS = ["--license", "CC-BY-4.0", "--author", "Ada Lovelace <https://orcid.org/0000-0002-1825-0097>"];

/** Every file below a folder, by its path. */
async function readAll(folder: string, prefix = ""): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
    const path = `${prefix}${name}`;
    if (isDirectory) { for (const [key, value] of await readAll(folder, `${path}/`)) files.set(key, value); }
    else files.set(path, await Deno.readTextFile(`${folder}/${path}`));
  }
  return new Map([...files].sort());
}

async function publish(from: string, to: string, ...flags: string[]): Promise<string> {
  const { code, out, err } = await cli("publish", from, ...FLAGS, "--to", to, ...flags);
  assertEquals(code, 0, err);
  assertEquals(out.split("\n")[0], to);
  return err;
}

Deno.test("publish makes the same bytes twice, and verify holds a copy to them and names what changed", () =>
  inFolder(async (folder) => {
    const crate = `${folder}/deep/crate`, other = `${folder}/again`, moved = `${folder}/moved`;
    const [first, second] = [`${folder}/a.zip`, `${folder}/b.zip`];
    await publish(`${RESULTS}toy-2d`, crate, "--zip", first);
    await publish(`${RESULTS}toy-2d`, other, "--zip", second);
    assertEquals(await Deno.readFile(first), await Deno.readFile(second));
    const files = await readAll(crate);
    assertEquals(await readAll(other), files);
    assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/deep`), ({ name }) => name), ["crate"]);
    for (
      const path of [
        "plan.json",
        "SHA256SUMS",
        "manifest.yaml",
        "CITATION.cff",
        "references.bib",
        "README.md",
        "tables/table.tex",
      ]
    ) {
      assert(files.has(path), path);
    }
    for (const [path, text] of files) assert(!text.includes(Deno.cwd()), path);

    await copy(crate, moved);
    const sound = await cli("verify", moved, "--hashes-only");
    assertEquals(sound.code, 0, sound.out);
    assertStringIncludes(sound.out, `${files.size - 1} files are what ro-crate-metadata.json lists`);
    await Deno.writeTextFile(`${moved}/README.md`, " ", { append: true });
    await Deno.writeTextFile(`${moved}/21b72be0e726/extra`, "");
    await Deno.remove(`${moved}/tables/table.csv`);
    const { code, out } = await cli("verify", moved, "--hashes-only");
    assertEquals(code, 65);
    assertStringIncludes(out, "- README.md is not what ro-crate-metadata.json lists: it was changed after\n");
    assertStringIncludes(out, "- tables/table.csv is listed in ro-crate-metadata.json and not there\n");
    assertStringIncludes(out, "- 21b72be0e726/extra is not listed in ro-crate-metadata.json: it was added after\n");
  }));

Deno.test("verify takes the archive of a package, also of the folder zipped by hand, and unpacks nothing hostile", () =>
  inFolder(async (folder) => {
    const first = `${folder}/a.zip`, second = `${folder}/b.zip`, flags = ["--hashes-only", "--out", `${folder}/v`];
    const { code: done, out: told, err } = await cli("publish", `${RESULTS}toy-2d`, ...FLAGS, "--zip", first);
    assertEquals([done, told], [0, `${first}\n`], err);
    assertEquals((await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort(), ["a.zip", "tiny.yaml"]);
    const archive = await cli("verify", first, ...flags);
    assertEquals(archive.code, 0, archive.out);
    assertMatch(archive.out, /^\S+\/a\.zip: 20 files match SHA256SUMS, 6 records are sound\n/);

    const files = unzipSync(await Deno.readFile(first)),
      within = Object.entries(files).map(([path, file]) => [`my crate/${path}`, file]);
    await Deno.writeFile(second, zipSync(Object.fromEntries(within)));
    assertEquals((await cli("verify", second, ...flags)).code, 0);
    files["README.md"]![100]! ^= 1;
    await Deno.writeFile(second, zipSync({ ...files, "extra.ts": files["README.md"]! }));
    const { code, out } = await cli("verify", second, ...flags);
    assertEquals(code, 65);
    assertStringIncludes(out, "- README.md is not what ro-crate-metadata.json lists");
    assertStringIncludes(out, "- extra.ts is not listed in ro-crate-metadata.json");
    assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/v`)), []);
    await Deno.writeFile(second, zipSync({ "../out.txt": files["README.md"]! }));
    const hostile = await cli("verify", second, ...flags);
    assertEquals(hostile.code, 2);
    assertStringIncludes(hostile.err, 'it holds "../out.txt", a path inside the folder is wanted');
  }));

Deno.test("a package of a sweep is verified by training a run again; of runs that failed, it tells no folder", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await sweep(folder, TINY), crate = `${folder}/crate`, here = Deno.cwd();
    await publish(tiny, crate);
    const plan = (await readPlan(`${crate}/plan.json`))!;
    const planned = await cli("plan", `${crate}/manifest.yaml`, "--json", "--out", `${folder}/other`);
    assertEquals(
      JSON.parse(planned.out).runs.map(({ id }: { id: string }) => id),
      plan.runs.map(({ id }) => id),
      planned.err,
    );
    const { code, out } = await cli("verify", crate, ...flags, "--cells", "NS");
    assertEquals(code, 0, out);
    assertMatch(out, /Verdict: identical/);
    const [run, other] = (await readPlan(`${tiny}/plan.json`))!.runs.map(({ id }) => id);
    const record = JSON.parse(await Deno.readTextFile(`${tiny}/${run}/record.json`));
    const failed = { ...record, status: "failed", error: `Cannot read ${here}/data/x nor /home/ada/y`, metrics: [] };
    await Deno.writeTextFile(`${tiny}/${run}/record.json`, JSON.stringify(failed));
    await Deno.writeTextFile(`${tiny}/${other}/failed.json`, JSON.stringify({ ...failed, id: other }));
    await Deno.writeTextFile(`${tiny}/${other}/log.txt`, `at file://${here}/cli.ts:1`);
    for (const name of ["lock", "checkpoint/state.json"]) {
      await Deno.mkdir(`${tiny}/${other}/checkpoint`, { recursive: true });
      await Deno.writeTextFile(`${tiny}/${other}/${name}`, "x");
    }
    await seal(tiny, await openStore(`${folder}/results`).summaries("tiny"));
    assert(!(await readAll(crate)).has(`${other}/weights.safetensors`));
    await Deno.remove(crate, { recursive: true });
    await publish(tiny, crate, "--weights");
    const files = await readAll(crate), text = [...files.values()].join("");
    assert(!text.includes(here) && !text.includes("/home/ada"));
    assertEquals(JSON.parse(files.get(`${run}/record.json`)!).error, "Cannot read ./data/x nor ~/y");
    assertEquals(files.get(`${other}/log.txt`), "at ./cli.ts:1");
    assertStringIncludes(files.get("README.md")!, "Cannot read ./data/x nor \\~/y");
    const metadata = JSON.parse(files.get("ro-crate-metadata.json")!)["@graph"] as Record<string, unknown>[];
    const tried = metadata.filter((one) => one["actionStatus"] === "http://schema.org/FailedActionStatus");
    assertEquals(tried.length, 2);
    assert(![...files.keys()].some((path) => /\/lock$|lease|sqlite|checkpoint/.test(path)));
    assertEquals((await cli("verify", crate, "--hashes-only")).code, 0);
  }));

Deno.test("publish packs plugins, says what they lack, and refuses one that changed", () =>
  inFolder(async (folder) => {
    const module = `${folder}/mine.ts`, own = TINY.replace("name: arcface, m: 0.3, s: 8", "name: half-margin");
    await Deno.writeTextFile(module, (await Deno.readTextFile(HEAD)).replaceAll("../../../", ROOT));
    const { tiny, flags } = await sweep(folder, `plugins: [./mine.ts]\n${own}`), crate = `${folder}/crate`;
    assertStringIncludes(
      await publish(tiny, crate),
      "is packed as plugins/mine.ts: verify takes it with --plugin alone",
    );
    assertStringIncludes(await Deno.readTextFile(`${crate}/README.md`), 'head "half-margin" in plugins/mine.ts');
    const again = ["verify", crate, ...flags, "--cells", "ArcFace"];
    assertEquals((await cli(...again)).code, 12);
    assertEquals((await cli(...again, "--plugin", `${crate}/plugins/mine.ts`)).code, 0);
    await Deno.writeTextFile(module, "\n", { append: true });
    const { code, err } = await cli("publish", tiny, ...FLAGS, "--to", `${folder}/late`);
    assertEquals(code, 2);
    assertMatch(err, /Cannot publish the plugin .*mine\.ts: it has changed since it was planned/);
  }));

Deno.test("a plugin inside the working folder keeps its path, and what it imports beside it is told", async () => {
  const module = "tests/fixtures/manifests/half_margin.ts", [plan] = [(await readPlan(`${RESULTS}toy-2d/plan.json`))!];
  const sha256 = await digestOf(module), planned = { kind: "head", name: "half-margin", version: "0.1.0" };
  const { copied, plugins } = await collectPlugins({
    ...plan,
    plugins: [{ ...planned, specifier: "./half_margin.ts", sha256, module }],
  });
  assertEquals(copied, [{ from: module, path: module }]);
  assertEquals(plugins[0]!.imports, ["../../../losses/catalogue.ts", "../../../losses/head.ts"]);
});

Deno.test("a package that is interrupted takes no further file, and an archive of it leaves nothing", () =>
  inFolder(async (folder) => {
    const interrupt = new AbortController(), crate = new CrateFolder(`${folder}/crate`, interrupt.signal);
    await crate.write("a", "text");
    await assertRejects(() => crate.write("a", "other"), RangeError, 'Cannot pack "a" twice');
    interrupt.abort();
    for (
      const action of [() => crate.write("b", ""), () => crate.copy(HEAD, "c"), () => crate.rename(`${folder}/to`)]
    ) {
      await assertRejects(action, DOMException, "aborted");
    }
    await assertRejects(() => writeZip(`${folder}/a.zip`, crate, interrupt.signal), DOMException, "aborted");
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(names.sort(), ["crate", "tiny.yaml"]);
    await assertRejects(
      () => writeZip("a.zip", { path: folder, files: [{ path: "a", size: 2 ** 33, sha256: "" }] }, interrupt.signal),
      Error,
      "are more than a zip archive holds",
    );
  }));

Deno.test("publish refuses what is unfinished, damaged, or would be overwritten, and leaves nothing behind", () =>
  inFolder(async (folder) => {
    const part = `${folder}/results/toy-2d`, to = `${folder}/crate`;
    const refused = async (message: string, ...flags: string[]) => {
      const { code, err } = await cli("publish", part, ...FLAGS, "--to", to, ...flags);
      assertEquals(code, 2, err);
      assertStringIncludes(err, message);
    };
    await copy(`${RESULTS}toy-2d`, part);
    await refused("Did you mean", "--license", "CC-BY-4");
    await refused("wanted an ORCID", "--author", "Bo <https://example.org>");
    await refused("A day is wanted", "--date", "2026-02-30");
    await refused("no run in", "--weights");
    await Deno.remove(`${part}/21b72be0e726`, { recursive: true });
    await refused("it is damaged\n- 21b72be0e726/history.jsonl is listed");
    await seal(part, await openStore(`${folder}/results`).summaries("toy-2d"));
    await refused("1 of 6 planned runs have no record");
    assertEquals((await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort(), ["results", "tiny.yaml"]);
    await publish(part, to, "--allow-unfinished");
    await refused("something is there", "--allow-unfinished");
  }));
