import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../cli/program.ts";
import type { EvaluationRecord } from "../../experiments/evaluation_record.ts";
import { openStore } from "../../experiments/store.ts";
import { greyPng } from "../datasets/helpers.ts";
import { writeBin } from "../datasets/pickle/helpers.ts";
import { ijbFiles } from "../datasets/template_layouts.ts";
import { blocksOf } from "./commands.ts";

/** The fenced blocks of a language on a page. */
async function blocks(path: string, language: "yaml" | "ts"): Promise<string[]> {
  const page = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  return blocksOf(page).filter((block) => block.language === language).map(({ text }) => text);
}

const [losses, own, plugins] = await blocks("README.md", "yaml") as [string, string, string];
const [recordio, options] = await blocks("docs/data.md", "yaml") as [string, string];
const [lists, stored, angles, listed] = await blocks("docs/measuring.md", "yaml") as [string, string, string, string];
const [stopping] = await blocks("docs/sweeps.md", "yaml") as [string];
const [weights] = await blocks("docs/records.md", "yaml") as [string];

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  return { code: await main(args, io, () => {}), out, err };
}

Deno.test("losses, options, data and rules of the pages are valid in README's manifest", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const other = (sections: RegExp) => own.replace(sections, "");
    for (
      const text of [
        other(/^(optimizer|train):.*\n/gm) + options,
        other(/^(head|train):.*\n/gm) + losses,
        own.slice(0, own.indexOf("evaluate:")) + angles,
        other(/^data:\n.*\n/gm) + listed,
        own + stopping,
        other(/^(data|evaluate):.*\n(?: .*\n)*|^ablation:\n(?: .*\n)*|^table:\n(?: .*\n)*/gm) + recordio,
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
    await Deno.writeTextFile(`${folder}/my.yaml`, own);
    const { code, out, err } = await cli("validate", `${folder}/my.yaml`, "--data", folder);
    assertEquals(code, 0, err);
    assertStringIncludes(out, "4 rows × 3 seeds = 12 runs");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lists of evaluations of docs/measuring.md are measured, by a network and by stored embeddings", async () => {
  const folder = await Deno.makeTempDir(), data = `${folder}/data`;
  const write = async (path: string, bytes: Uint8Array) => {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, bytes);
  };
  const measured = async (list: string, ...flags: string[]) => {
    await Deno.writeTextFile(`${folder}/lists.yaml`, list);
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
    assertEquals(
      await measured(lists, "--run", `${folder}/results/tiny/${run!.id}`),
      new Set(["insightface", "magface"]),
    );
    assertEquals(await measured(stored), new Set(["ijbc"]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("README's own head trains", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/my_head.ts`, (await blocks("README.md", "ts"))[0]!);
    await Deno.writeTextFile(
      `${folder}/own.yaml`,
      `name: own\nbackend: cpu\n${plugins}
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

Deno.test("weights of docs/records.md start a row from those of a run, as export wrote them", async () => {
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
    await write("after", weights);
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
