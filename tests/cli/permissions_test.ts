/// What commands do with the least that they may: no network, and nothing written but where they are told to.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { inFolder } from "./in_folder.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Runs a command line in a folder, with permission to read, and to write below `write` alone. */
async function denied(folder: string, write: string, ...args: string[]) {
  const { code, stderr } = await new Deno.Command("deno", {
    args: [
      ...["run", "--no-prompt", "--cached-only", "--ignore-env", "--deny-net", "--deny-import", "--allow-read"],
      ...[`--allow-write=${write}`, `--config=${root}deno.json`, `${root}cli.ts`, ...args],
    ],
    cwd: folder,
    stdin: "null",
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("run trains without a network, and writes below --out alone", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/mine`);
    const { code, err } = await denied(folder, `${folder}/mine`, "run", "tiny.yaml", "--row", "NS", "--out", "mine");
    assertEquals(code, 0, err);
    assertEquals(await namesIn(folder), ["mine", "tiny.yaml"]);
    assertEquals(await namesIn(`${folder}/mine/tiny`).then((names) => names.includes("plan.json")), true);
    const refused = await denied(folder, `${folder}/mine`, "run", "tiny.yaml", "--row", "ArcFace", "--out", "other");
    assertEquals(refused.code, 2, refused.err);
    assertStringIncludes(refused.err, "write access");
  }));

Deno.test("plan --out FILE.json without a folder writes that file and nothing else", () =>
  inFolder(async (folder) => {
    const { code, err } = await denied(folder, folder, "plan", "tiny.yaml", "--out", "plan.json");
    assertEquals(code, 0, err);
    assertEquals(await namesIn(folder), ["plan.json", "tiny.yaml"]);
  }));

Deno.test("report writes its one file and nothing else, and none into a folder that is not there", () =>
  inFolder(async (folder) => {
    const of = `${root}results/toy-2d`;
    const { code, err } = await denied(folder, folder, "report", of, "--to", "toy.html");
    assertEquals(code, 0, err);
    assertEquals(await namesIn(folder), ["tiny.yaml", "toy.html"]);
    const refused = await denied(folder, folder, "report", of, "--to", "pages/toy.html");
    assertEquals(refused.code, 2, refused.err);
    assertStringIncludes(refused.err, 'Cannot write "pages/toy.html": there is no folder "pages", make it first');
  }));
