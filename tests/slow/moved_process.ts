/// A results folder that is moved between two commands: the sweep goes on in the new place, and no file names the old one.
import { assert, assertEquals } from "@std/assert";
import { denoCommand } from "../../experiments/child_flags.ts";
import { openStore } from "../../experiments/store.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const MANIFEST = `
name: moved
seeds: [0, 1]
backend: wasm
data: { train: { reader: synthetic-faces, identities: 4, perIdentity: 6, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4, dropout: 0.2 }
head: { name: arcface, m: 0.3, s: 8 }
optimizer: { name: sgd, momentum: 0.9 }
schedule: { name: step, lr: 0.02 }
train: { steps: 300, batchSize: 8 }
output: { logEvery: 1, checkpointEvery: 10 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 4, size: [8, 8], channels: 1 }
`;

/** Trains the sweep in two jobs, until the first run has done `until` steps; gives the exit status and the first steps. */
async function ablate(manifest: string, out: string, until = Infinity) {
  const command = `${root}cli.ts ablate ${manifest} --blas none --workers 0 --jobs 2 --json --out=${out}`.split(" ");
  const child = new Deno.Command(await denoCommand(), {
    args: ["run", "-A", "--quiet", "--no-check", `--config=${root}deno.json`, ...command],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let rest = "", sent = false;
  const resumed: number[] = [];
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const { type, step, resumedAt } of lines.map((line) => JSON.parse(line))) {
      if (type === "start") resumed.push(resumedAt);
      if (type !== "step" || step < until || sent) continue;
      sent = true;
      child.kill("SIGTERM");
    }
  }
  return { code: (await child.status).code, resumed };
}

/** All that must not depend on where the folder lies. */
async function outcomes(out: string): Promise<unknown> {
  const store = openStore(out), { records } = await store.records("moved");
  return await Promise.all(records.map(async ({ id, status, metrics, diagnostics }) => {
    const folder = await store.folder("moved", id);
    const history = (await folder.readHistory()).map(({ seconds: _, ...line }) => line);
    return { id, status, metrics, diagnostics, history, scores: await folder.readScores("unseen") };
  }));
}

/** Every file below a folder whose bytes hold a text. */
async function naming(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await naming(path, text));
    else if (new TextDecoder("latin1").decode(await Deno.readFile(path)).includes(text)) found.push(path);
  }
  return found;
}

Deno.test("a results folder that is moved with interrupted runs in it goes on to the same bytes, and names no place", async () => {
  const folder = await Deno.makeTempDir(), manifest = `${folder}/m.yaml`;
  try {
    await Deno.writeTextFile(manifest, MANIFEST);
    assertEquals((await ablate(manifest, `${folder}/whole`)).code, 0);
    assertEquals((await ablate(manifest, `${folder}/before`, 50)).code, 75);
    assertEquals(await naming(`${folder}/before`, folder), []);
    await Deno.mkdir(`${folder}/other`);
    await Deno.rename(`${folder}/before`, `${folder}/other/after`);
    const { code, resumed } = await ablate(manifest, `${folder}/other/after`);
    assertEquals(code, 0);
    assert(resumed.some((step) => step > 0), `${resumed}`);
    assertEquals(await outcomes(`${folder}/other/after`), await outcomes(`${folder}/whole`));
    assertEquals(await naming(`${folder}/other/after`, folder), []);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["m.yaml", "other", "whole"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
