import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../cli/program.ts";
import type { EvaluationRecord } from "../experiments/evaluation_record.ts";
import { loadManifest } from "../experiments/manifest.ts";
import { runId } from "../experiments/plan.ts";
import type { RunRecord } from "../experiments/record.ts";
import { openStore } from "../experiments/store.ts";
import { builtins } from "../registry/builtins.ts";
import { tableNames, withTables } from "../tools/readme_tables.ts";
import { greyPng } from "./datasets/helpers.ts";
import { writeBin } from "./datasets/pickle/helpers.ts";
import { ijbFiles } from "./datasets/template_layouts.ts";

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
  assertEquals(tableNames(readme), ["omniglot-table2", "omniglot-one-shot", "toy-2d"]);
  const rendered = await withTables(readme, results);
  assertEquals(rendered, readme, 'run "deno run -A tools/readme_tables.ts" to render them anew');
});

Deno.test("the results that README shows are not left out of the repository", async () => {
  const ignored = await Deno.readTextFile(new URL(".gitignore", root));
  const shown = [...readme.matchAll(/<!-- (?:table|evaluation):([\w-]+) -->/g)].map(([, name]) => name!);
  assertEquals(shown.length, 4);
  for (const name of shown) assertStringIncludes(ignored, `!/results/${name}/\n`);
});

/** The committed records of a shipped manifest, each held to the manifest as it stands. */
async function recordsOf(name: string): Promise<readonly RunRecord[]> {
  const { records, problems } = await openStore(results).records(name);
  assertEquals(problems, []);
  const path = new URL(`experiments/manifests/${name}.yaml`, root).pathname;
  const manifest = await loadManifest(path, { read: Deno.readTextFile, registries: builtins() });
  assertEquals(records.length, manifest.rows.length * manifest.seeds.length);
  for (const { row, seed, status, id, identity, manifest: { seed: _, ...run } } of records) {
    assertEquals([status, runId(identity)], ["completed", id], `${row}, seed ${seed}`);
    assertEquals(run as unknown, manifest.rows.find(({ label }) => label === row)?.run as unknown, row);
  }
  return records;
}

function figure({ metrics }: RunRecord, name: string): number {
  return metrics.find((metric) => metric.name === name)!.value!;
}

Deno.test("every row of omniglot-table2 completes and reaches 94 % on unseen characters", async () => {
  for (const record of await recordsOf("omniglot-table2")) {
    assert(figure(record, "accuracy") >= 0.94, `${record.row}: ${figure(record, "accuracy")}`);
  }
});

Deno.test("ArcFace parts the classes of toy-2d further, and each is narrower, than softmax, on every seed", async () => {
  const records = await recordsOf("toy-2d"), of = (row: string) => records.filter((record) => record.row === row);
  for (const softmax of of("Softmax")) {
    const arcface = of("ArcFace (0.5)").find(({ seed }) => seed === softmax.seed)!;
    assert(figure(arcface, "inter-min") > figure(softmax, "inter-min"), `seed ${softmax.seed}`);
    assert(figure(arcface, "intra") < figure(softmax, "intra"), `seed ${softmax.seed}`);
  }
});

Deno.test("one-shot runs of Omniglot: every trained row errs less than the official demo, by the whole interval", async () => {
  const records = await recordsOf("omniglot-one-shot");
  const trained = records.filter(({ row }) => row !== "Raw pixels");
  assertEquals(trained.length, 6);
  for (const { row, seed, metrics } of trained) {
    const low = metrics.find(({ name }) => name === "rank-1-low")!.value!;
    assert(1 - low < 0.388, `${row}, seed ${seed}`);
  }
});

Deno.test("README's losses and options of published recipes are valid in its manifest", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const own = block("yaml", 1), other = (sections: RegExp) => own.replace(sections, "");
    for (
      const text of [
        other(/^(optimizer|train):.*\n/gm) + block("yaml", 2),
        other(/^(head|train):.*\n/gm) + block("yaml", 0),
        own.slice(0, own.indexOf("evaluate:")) + block("yaml", 6),
        other(/^data:\n.*\n/gm) + block("yaml", 7),
        own + block("yaml", 9),
        other(/^(data|evaluate):.*\n(?: .*\n)*|^ablation:\n(?: .*\n)*|^table:\n(?: .*\n)*/gm) + block("yaml", 3),
      ]
    ) {
      await Deno.writeTextFile(`${folder}/my.yaml`, text);
      const { code, err } = await cli("validate", `${folder}/my.yaml`, "--data", folder);
      assertEquals(code, 0, err);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's manifest is valid", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/my.yaml`, block("yaml", 1));
    const { code, out, err } = await cli("validate", `${folder}/my.yaml`, "--data", folder);
    assertEquals(code, 0, err);
    assertStringIncludes(out, "4 rows × 3 seeds = 12 runs");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's lists of evaluations are measured, by a network and by stored embeddings", async () => {
  const folder = await Deno.makeTempDir(), data = `${folder}/data`;
  const write = async (path: string, bytes: Uint8Array) => {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, bytes);
  };
  const measured = async (n: number, ...flags: string[]) => {
    await Deno.writeTextFile(`${folder}/lists.yaml`, block("yaml", n));
    const { code, out, err } = await cli("evaluate", `${folder}/lists.yaml`, "--data", data, "--json", ...flags);
    assertEquals(code, 0, err);
    return new Set((JSON.parse(out) as EvaluationRecord).metrics.map(({ evaluation }) => evaluation));
  };
  try {
    const images = Array.from({ length: 80 }, (_, i) => greyPng(3 * i, 112, 112));
    const same = Array.from({ length: 40 }, (_, pair) => pair % 2 === 0);
    await write(`${data}/faces_webface_112x112/lfw.bin`, await writeBin(images, same));
    const ijb = ijbFiles();
    for (const name of ["face_tid_mid", "name_5pts_score", "template_pair_label"]) {
      await write(`${data}/IJBC/meta/ijbc_${name}.txt`, await ijb.read(`meta/ijbc_${name}.txt`));
    }
    await write(`${data}/r100.npy`, await ijb.read("e.npy"));
    await write(`${data}/r100_mirrored.npy`, await ijb.read("m.npy"));
    await Deno.writeTextFile(
      `${folder}/tiny.yaml`,
      `name: tiny
backend: wasm
data: { train: { reader: synthetic-faces, identities: 2, perIdentity: 2, size: [112, 112], channels: 3 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: arcface, m: 0.3, s: 8 }
schedule: { name: step, lr: 0.01 }
train: { steps: 1, batchSize: 2 }
evaluate: []
`,
    );
    assertEquals((await cli("run", `${folder}/tiny.yaml`, "--out", `${folder}/results`)).code, 0);
    const [run] = (await openStore(`${folder}/results`).records("tiny")).records;
    assertEquals(await measured(4, "--run", `${folder}/results/tiny/${run!.id}`), new Set(["insightface", "magface"]));
    assertEquals(await measured(5), new Set(["ijbc"]));
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
      `name: own\nbackend: cpu\n${block("yaml", 8)}
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
    await write("after", block("yaml", 10));
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
