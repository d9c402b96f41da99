import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../cli/program.ts";
import { loadManifest } from "../experiments/manifest.ts";
import { runId } from "../experiments/plan.ts";
import type { RunRecord } from "../experiments/record.ts";
import { openStore } from "../experiments/store.ts";
import { builtins } from "../registry/builtins.ts";
import { tableNames, withTables } from "../tools/readme_tables.ts";

const root = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

/** The n-th fenced block of a language. */
function block(language: string, n: number): string {
  const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((match) => match[1] === language);
  return blocks[n]![2]!;
}

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  return { code: await main(args, io, () => {}), out, err };
}

const results = new URL("results", root).pathname;

Deno.test("README's tables are what the records give", async () => {
  assertEquals(tableNames(readme), ["omniglot-margins"]);
  const rendered = await withTables(readme, results);
  assertEquals(rendered, readme, 'run "deno run -A tools/readme_tables.ts" to render them anew');
});

Deno.test("every row of omniglot-margins reaches 94.5 % on unseen characters, and is of the manifest as it stands", async () => {
  const store = openStore(results), { records, problems } = await store.records("omniglot-margins");
  assertEquals(problems, []);
  assertEquals(records.length, 10);
  for (const { row, status, metrics, id, identity } of records) {
    const accuracy = metrics.find(({ name }) => name === "accuracy");
    assert(status === "completed" && accuracy!.value! >= 0.945, `${row}: ${accuracy?.value}`);
    assertEquals(runId(identity), id, row);
  }
  const path = new URL("experiments/manifests/omniglot-margins.yaml", root).pathname;
  const manifest = await loadManifest(path, { read: Deno.readTextFile, registries: builtins() });
  const strip = ({ seed: _seed, ...run }: RunRecord["manifest"]) => run;
  for (const { label, run } of manifest.rows) {
    assertEquals(strip(records.find(({ row }) => row === label)!.manifest) as unknown, run as unknown, label);
  }
});

Deno.test("README's options of published recipes are valid in its manifest", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const manifest = block("yaml", 0).replace(/^(optimizer|train):.*\n/gm, "");
    await Deno.writeTextFile(`${folder}/my.yaml`, manifest + block("yaml", 1));
    const { code, err } = await cli("validate", `${folder}/my.yaml`, "--data", folder);
    assertEquals(code, 0, err);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's manifest is valid", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/my.yaml`, block("yaml", 0));
    const { code, out, err } = await cli("validate", `${folder}/my.yaml`, "--data", folder);
    assertEquals(code, 0, err);
    assertStringIncludes(out, "4 rows × 3 seeds = 12 runs");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's own head trains", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/my_head.ts`, block("ts", 0));
    await Deno.writeTextFile(
      `${folder}/own.yaml`,
      `name: own\nbackend: cpu\n${block("yaml", 2)}
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 4, size: [8, 8], channels: 1 }
`,
    );
    const { code, err } = await cli("ablate", `${folder}/own.yaml`, "--out", `${folder}/results`);
    assertEquals(code, 0, err);
    const { records } = await openStore(`${folder}/results`).records("own");
    assertEquals(records[0]!.plugins.map(({ name, specifier }) => [name, specifier]), [[
      "half-and-half",
      "./my_head.ts",
    ]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's weights start a row from those of a run, as export wrote them", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, sections: string) =>
    Deno.writeTextFile(
      `${folder}/${name}.yaml`,
      `name: ${name}\nbackend: cpu\n${sections}
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: arcface, m: 0.3, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate: []
`,
    );
  const flags = ["--data", `${folder}/data`, "--out", `${folder}/results`];
  try {
    await write("before", "");
    await write("after", block("yaml", 2));
    assertEquals((await cli("run", `${folder}/before.yaml`, ...flags)).code, 0);
    assertEquals((await cli("ablate", `${folder}/after.yaml`, ...flags)).code, 3);
    const store = openStore(`${folder}/results`), [before] = (await store.records("before")).records;
    await Deno.mkdir(`${folder}/data/pretrained`, { recursive: true });
    const file = `${folder}/data/pretrained/faces.safetensors`;
    const { code, err } = await cli("export", `${folder}/results/before/${before!.id}`, "--out", file);
    assertEquals(code, 0, err);
    assertEquals((await cli("ablate", `${folder}/after.yaml`, ...flags)).code, 0);
    const { records } = await store.records("after");
    const started = records.map(({ row, weights }) => [row, weights?.unused]).sort();
    assertEquals(started, [["Fine-tuned", []], ["From scratch", undefined]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README names tasks and files that are there", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const named = new Set([...readme.matchAll(/(?:deno|deno@[\d.]+) task ([a-z]+)/g)].map((match) => match[1]!));
  assertEquals([...named].filter((name) => !(name in (tasks ?? {}))), []);
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1]!);
  for (const link of links) assert(await Deno.stat(new URL(link, root)), link);
});
