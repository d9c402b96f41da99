import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { contribute } from "../../cli/new/files.ts";
import { pluginName, type TemplateKind, TEMPLATES } from "../../cli/new/template.ts";
import { openStore } from "../../experiments/store.ts";
import { greyPng } from "../datasets/helpers.ts";
import { cli } from "./in_folder.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const KINDS = Object.keys(TEMPLATES) as TemplateKind[];

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

/** Runs the tests of files; their types are checked where that is asked for, which takes seconds. */
async function runTests(cwd: string, files: readonly string[], ...types: "--no-check"[]): Promise<string> {
  const allowed = ["--no-prompt", "--allow-read", "--ignore-env"];
  const args = ["test", ...allowed, `--config=${cwd}/deno.json`, ...types, ...files];
  const { success, stdout, stderr } = await new Deno.Command("deno", { args, cwd, env: { NO_COLOR: "1" } }).output();
  const text = new TextDecoder(), report = text.decode(stdout) + text.decode(stderr);
  assertEquals(success, true, report);
  return report;
}

const MANIFEST = `name: own
backend: cpu
plugins: [./my_head.ts, ./my_backbone.ts, ./my_reader.ts, ./my_protocol.ts]
data: { train: { reader: my-reader, path: faces, channels: 1 } }
backbone: { name: my-backbone, blocks: 1, width: 2, embedding: 4 }
head: { name: my-head, m: 0.2, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate: [{ name: train, protocol: my-protocol, data: { reader: my-reader, path: faces, channels: 1 } }]
table: { columns: [train.gap] }
`;

Deno.test("new --to writes plugins whose types and tests hold, and that train by a manifest's plugins", () =>
  inFolder(async (folder) => {
    for (const kind of KINDS) {
      const { code, out, err } = await cli("new", kind, `my-${kind}`, "--to", `${folder}/my`);
      assertEquals(code, 0, err);
      assertStringIncludes(out, `plugins: [./my_${kind}.ts]`);
    }
    const report = await runTests(root, [`${folder}/my`]);
    assertMatch(report, /8 passed \| 0 failed/);
    await Deno.mkdir(`${folder}/data/faces`, { recursive: true });
    for (const [i, name] of ["anna_1", "anna_2", "ben_1", "ben_2"].entries()) {
      await Deno.writeFile(`${folder}/data/faces/${name}.png`, greyPng(40 * i, 8, 8));
    }
    await Deno.writeTextFile(`${folder}/my/own.yaml`, MANIFEST);
    const places = ["--data", `${folder}/data`, "--out", `${folder}/results`];
    const { code, err } = await cli("ablate", `${folder}/my/own.yaml`, ...places);
    assertEquals(code, 0, err);
    const { records: [record] } = await openStore(`${folder}/results`).records("own");
    assertEquals(record!.plugins.map(({ name }) => name).sort(), KINDS.map((kind) => `my-${kind}`).sort());
  }));

Deno.test("new in a checkout adds files, exports and tests, which hold, and changes nothing else", () =>
  inFolder(async (folder) => {
    for (const name of ["deno.json", "deno.lock"]) await Deno.copyFile(root + name, `${folder}/${name}`);
    for (const name of ["plugin", "tensor", "tools"]) await Deno.symlink(root + name, `${folder}/${name}`);
    for (const room of Object.values(TEMPLATES)) {
      await Deno.mkdir(`${folder}/${room}`);
      await Deno.mkdir(`${folder}/tests/${room}`, { recursive: true });
      for (const name of (await namesIn(root + room)).filter((name) => name !== "catalogue.ts")) {
        await Deno.symlink(`${root}${room}/${name}`, `${folder}/${room}/${name}`);
      }
      await Deno.copyFile(`${root}${room}/catalogue.ts`, `${folder}/${room}/catalogue.ts`);
    }
    for (const kind of KINDS) {
      const room = TEMPLATES[kind], before = await Deno.readTextFile(`${root}${room}/catalogue.ts`);
      const { files, edited } = await contribute(folder, kind, `try-${kind}`);
      assertEquals(files, [`${room}/try_${kind}.ts`, `tests/${room}/try_${kind}_test.ts`]);
      assertEquals(edited, [`${room}/catalogue.ts`]);
      const after = (await Deno.readTextFile(`${folder}/${room}/catalogue.ts`)).split("\n");
      const symbol = `try${kind[0]!.toUpperCase()}${kind.slice(1)}`;
      const line = `export { ${symbol} } from "./try_${kind}.ts";`;
      assertEquals(after.filter((other) => other !== line).join("\n"), before);
      const exports = after.filter((text) => /^export \{ \w+ \} from/.test(text)).map((text) => text.split('"')[1]!);
      assertEquals(exports.indexOf(`./try_${kind}.ts`) > 0, true, "after others, in order");
      assertEquals(await Deno.readTextFile(`${folder}/${files[0]}`).then((text) => text.includes("@marginlab")), false);
    }
    const formatted = await new Deno.Command("deno", {
      args: ["fmt", "--check", ...KINDS.map((kind) => `${TEMPLATES[kind]}/catalogue.ts`), "tests"],
      cwd: folder,
    }).output();
    assertEquals(formatted.success, true, new TextDecoder().decode(formatted.stderr));
    assertMatch(await runTests(folder, ["tests"], "--no-check"), /8 passed \| 0 failed/);
  }));

Deno.test("new refuses kinds, names and files that cannot be, and leaves what is there", () =>
  inFolder(async (folder) => {
    const refused = async (message: string, ...args: string[]) => {
      const { code, err } = await cli("new", ...args, "--to", folder);
      assertEquals(code, 2, err);
      assertStringIncludes(err, message);
    };
    await refused('Did you mean "head"?', "haed", "my-head");
    await refused('Did you mean "my-head"?', "head", "MyHead");
    await refused('Did you mean "my-head"?', "head", "my_head");
    await refused("the first begins with a letter", "head", "2024");
    await refused("marginlab has one of that name", "head", "arcface");
    await refused('"default" means something else there, add a word to it', "head", "default");
    await refused('"conv" means something else there, add a word to it', "backbone", "conv");
    await Deno.writeTextFile(`${folder}/my_head_test.ts`, "mine");
    await refused("it is there already", "head", "my-head");
    assertEquals(await namesIn(folder), ["my_head_test.ts"]);
    assertEquals(await Deno.readTextFile(`${folder}/my_head_test.ts`), "mine");
  }));

Deno.test("pluginName() makes lower-case words joined by hyphens of any text", () => {
  assertEquals(["MyHead", "my_head", " My head!", "ArcFace2"].map(pluginName), [
    "my-head",
    "my-head",
    "my-head",
    "arc-face2",
  ]);
});
