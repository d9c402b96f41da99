/// The npm package, as a user of Node or of Deno gets it:
///
///     deno task test-npm
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../experiments/version.ts";
import project from "../../deno.json" with { type: "json" };

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Why the package cannot be tried here; `undefined` where it can. */
async function whyNot(): Promise<string | undefined> {
  if ((await Deno.permissions.query({ name: "run" })).state !== "granted") return "deno task test-npm";
  const { code } = await new Deno.Command("node", { args: ["--version"] }).output().catch(() => ({ code: 1 }));
  return code === 0 ? undefined : "Node";
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd, env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder(), out = text.decode(stdout) + text.decode(stderr);
  assert(success, `${program} ${args.join(" ")}\n${out}`);
  return out;
}

/** Installs the package with what it needs from Deno's cache; nothing is fetched. */
async function install(folder: string): Promise<void> {
  await run("deno", ["pack", "--quiet", "--allow-dirty", "--output", `${folder}/package.tgz`], root);
  const config = { nodeModulesDir: "auto", imports: project.imports, allowScripts: project.allowScripts };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
  await Deno.copyFile(`${root}deno.lock`, `${folder}/deno.lock`);
  await run("deno", ["install", "--quiet", "--cached-only"], folder);
  const place = `${folder}/node_modules/@marginlab/marginlab`;
  await Deno.mkdir(place, { recursive: true });
  await run("tar", ["xzf", `${folder}/package.tgz`, "--strip-components=1", "-C", place], folder);
  await Deno.remove(`${folder}/deno.lock`);
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ nodeModulesDir: "manual" }));
  const dependencies = { "@marginlab/marginlab": VERSION };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ type: "module", dependencies }));
  await Deno.copyFile(`${root}tests/npm/in_node.mjs`, `${folder}/in_node.mjs`);
}

const TYPED = `
import { arcface, type HeadPlugin, targetLogit } from "@marginlab/marginlab/losses";
import { type ProtocolPlugin, verification } from "@marginlab/marginlab/evaluation";
import { imageFolder, type ReaderPlugin } from "@marginlab/marginlab/datasets";
export const values: [HeadPlugin, ProtocolPlugin, ReaderPlugin] = [arcface, verification, imageFolder];
export const logit: number = targetLogit(arcface.margin(arcface.params.parse({})), 0);
// @ts-expect-error: it is a number, if its types came along.
export const wrong: string = logit;
`;

/** A run, as a program trains it; its lease is kept by a thread. */
const TRAIN = `
import { builtins, loadManifest, trainManifest } from "@marginlab/marginlab";
const text = \`
name: small
backend: wasm
data: { train: { reader: synthetic-faces, identities: 4, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: arcface, m: 0.3, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate: []
\`;
const manifest = await loadManifest("small.yaml", { read: async () => text, registries: builtins() });
for await (const { event } of trainManifest(manifest, { results: "results" })) {
  if (event.type === "end") console.log(event.record.status);
}
`;

const reason = await whyNot();
Deno.test({
  name: `the npm package gives heads, protocols and readers to Node and Deno, with types${
    reason ? ` (needs ${reason})` : ""
  }`,
  ignore: reason !== undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await install(folder);
      await run("node", ["in_node.mjs"], folder);
      await run("deno", ["run", "-A", "--cached-only", "in_node.mjs"], folder);
      await Deno.writeTextFile(`${folder}/typed.ts`, TYPED);
      await run("deno", ["check", "--quiet", "--cached-only", "typed.ts"], folder);
      const version = 'import { VERSION } from "@marginlab/marginlab"; console.log(VERSION);';
      await Deno.writeTextFile(`${folder}/root.mjs`, version);
      assertStringIncludes(await run("deno", ["run", "-A", "--cached-only", "root.mjs"], folder), VERSION);
      await Deno.writeTextFile(`${folder}/train.mjs`, TRAIN);
      const told = await run("deno", ["run", "-A", "--cached-only", "train.mjs"], folder);
      // A thread that does not start leaves a line, and its work to this one.
      assertEquals(told, "completed\n");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("VERSION is that of deno.json", () => {
  assertEquals(VERSION, project.version);
});
