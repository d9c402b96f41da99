/// `verify` on the committed folders and on tiny sweeps, in this process.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../cli/program.ts";
import type { RunRecord } from "../../experiments/record.ts";
import { openStore } from "../../experiments/store.ts";
import { type FrozenPlan, planDigest } from "../../experiments/store/plan.ts";
import { seal } from "../../experiments/verify/seal.ts";
import { greyPng } from "../datasets/helpers.ts";

const RESULTS = new URL("../../results/", import.meta.url).pathname;
const HEAD = new URL("../fixtures/manifests/half_margin.ts", import.meta.url).pathname;

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  const code = await main(args, io, (code) => {
    throw new Error(`exit ${code}`);
  });
  return { code, out, err };
}

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const TINY = `
name: tiny
seeds: [0, 1]
backend: cpu
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: norm-softmax, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 3, batchSize: 4 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 4, size: [8, 8], channels: 1 }
ablation:
  rows:
    - { label: NS, head: { name: norm-softmax, s: 8 } }
    - { label: "Arc/Face", head: { name: arcface, m: 0.3, s: 8 } }
`;

/** Trains a sweep into `<folder>/results/tiny`; gives the folder of the experiment and flags for `verify`. */
async function sweep(folder: string, manifest = TINY): Promise<{ tiny: string; flags: string[] }> {
  await Deno.writeTextFile(`${folder}/tiny.yaml`, manifest);
  const { code, err } = await cli("ablate", `${folder}/tiny.yaml`, "--quiet", "--out", `${folder}/results`);
  assertEquals(code, 0, err);
  const flags = ["--out", `${folder}/scratch`, "--data", `${folder}/data`, "--quiet"];
  return { tiny: `${folder}/results/tiny`, flags };
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

type Change = (record: Record<string, unknown> & { metrics: { name: string; value: number }[] }) => void;

/** Changes every record of a folder, or those that `which` takes; with `sealed` by someone who writes all sums anew. */
async function change(
  tiny: string,
  fn: Change,
  { sealed = false, which = (_: RunRecord): boolean => true } = {},
): Promise<void> {
  const store = openStore(tiny.slice(0, tiny.lastIndexOf("/"))), name = tiny.slice(tiny.lastIndexOf("/") + 1);
  for (const record of (await store.records(name)).records.filter(which)) {
    const changed = structuredClone(record) as unknown as Parameters<Change>[0];
    fn(changed);
    await Deno.writeTextFile(`${tiny}/${record.id}/record.json`, JSON.stringify(changed, null, 2) + "\n");
    if (sealed) await Deno.remove(`${tiny}/${record.id}/scores`, { recursive: true }).catch(() => {});
  }
  if (sealed) await seal(tiny, (await store.records(name)).records);
}

for (const name of ["omniglot-one-shot", "omniglot-table2", "toy-2d"]) {
  Deno.test(`verify --hashes-only takes the committed ${name}`, async () => {
    const { code, out } = await cli("verify", `${RESULTS}${name}`, "--hashes-only");
    assertEquals(code, 0, out);
    assertStringIncludes(out, "Verdict: sound");
  });
}

Deno.test("verify fails on a record with one edited figure, wherever the folder is, and names it", () =>
  inFolder(async (folder) => {
    const here = `${folder}/a-copy`;
    await copy(`${RESULTS}toy-2d`, here);
    assertEquals((await cli("verify", here, "--hashes-only")).code, 0);
    const which = ({ row, seed }: RunRecord) => row === "Softmax" && seed === 1;
    await change(here, ({ metrics }) => metrics.find(({ name }) => name === "intra")!.value = 1.25, { which });
    const { code, out } = await cli("verify", here);
    assertEquals(code, 65, out);
    assertMatch(out, /e043eeb11b51\/record\.json is not what SHA256SUMS lists/);
    assertMatch(out, /e043eeb11b51\/record\.json: train\.intra is 1\.25, figures\.json has \d/);
  }));

Deno.test("verify names a figure by its stored scores, though every sum was written anew", () =>
  inFolder(async (folder) => {
    const { tiny } = await sweep(folder), store = openStore(`${folder}/results`);
    await change(tiny, ({ metrics }) => metrics.find(({ name }) => name === "accuracy")!.value = 0.99);
    await seal(tiny, (await store.records("tiny")).records);
    const { code, out } = await cli("verify", tiny, "--hashes-only");
    assertEquals(code, 65, out);
    assertMatch(out, /record\.json: unseen\.accuracy is 0\.99, its stored scores give 0\.\d+/);
  }));

Deno.test("verify names what else was changed: a seed, an identity, a plan, a file, a listed path, a link", () =>
  inFolder(async (folder) => {
    const { tiny } = await sweep(folder);
    const damage: readonly [text: string, fn: (path: string) => Promise<void>][] = [
      ["its seed is 7, its manifest has", (path) => change(path, (record) => record["seed"] = 7)],
      [
        "its id is not that of its identity",
        (path) => change(path, ({ identity }) => (identity as Record<string, unknown>)["data"] = { x: "0" }),
      ],
      [
        "its identity is not that of its manifest",
        (path) => change(path, ({ manifest }) => (manifest as { head: Record<string, unknown> }).head["s"] = 9),
      ],
      ["it was changed after it was written", async (path) => {
        const plan = await Deno.readTextFile(`${path}/plan.json`);
        await Deno.writeTextFile(`${path}/plan.json`, plan.replace('"NS"', '"NX"'));
      }],
      ["record.json: ", async (path) => {
        const [first] = (await openStore(`${folder}/copies`).records(path.split("/").at(-1)!)).records;
        await Deno.writeTextFile(`${path}/${first!.id}/record.json`, "{");
      }],
      ["figures.json is listed in SHA256SUMS and not there", (path) => Deno.remove(`${path}/figures.json`)],
      [
        'found "../outside", wanted a path inside',
        (path) => Deno.writeTextFile(`${path}/SHA256SUMS`, `${"0".repeat(64)}  ../outside\n`),
      ],
      ["wanted a SHA-256, two spaces and a path", (path) => Deno.writeTextFile(`${path}/SHA256SUMS`, "nothing\n")],
      ["plan.json is a symbolic link", async (path) => {
        await Deno.remove(`${path}/plan.json`);
        await Deno.symlink(`${tiny}/plan.json`, `${path}/plan.json`);
      }],
    ];
    for (const [i, [text, fn]] of damage.entries()) {
      const path = `${folder}/copies/c${i}`;
      await copy(tiny, path);
      await fn(path);
      const { code, out, err } = await cli("verify", path, "--hashes-only");
      assertEquals([code, err], [65, ""], `${text}\n${out}`);
      assertStringIncludes(out, text);
    }
  }));

Deno.test("verify does runs again: identical here, drifted where a record says something else", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await sweep(folder);
    const first = await cli("verify", tiny, ...flags);
    assertEquals(first.code, 0, first.out + first.err);
    assertMatch(first.out, /Done again: ".*", seed \d, the cheapest of 4 completed runs/);
    assertMatch(first.out, /Verdict: identical, 8 figures of 1 run/);
    const all = JSON.parse((await cli("verify", tiny, ...flags, "--all", "--json")).out);
    assertEquals([all.verdict, all.cells.length, all.problems], ["identical", 4, []]);
    const cell = await cli("verify", tiny, ...flags, "--cells", "Arc/Face/unseen.accuracy", "--seeds", "1");
    assertEquals(cell.code, 0, cell.err);
    assertMatch(cell.out, /^Arc\/Face +1 +unseen\.accuracy .* identical$/m);
    assertMatch(cell.out, /1 figure of 1 run$/m);

    // A head whose formula has changed trains other weights; every sum is in order.
    await change(tiny, (record) => {
      record.metrics.find(({ name }) => name === "auc")!.value = 0.875;
      (record["diagnostics"] as Record<string, unknown>)["weightsSha256"] = "0".repeat(64);
    }, { sealed: true });
    const drifted = await cli("verify", tiny, ...flags);
    assertEquals(drifted.code, 13, drifted.out + drifted.err);
    assertMatch(drifted.out, /unseen\.auc +0\.875 .* drifted$/m);
    assertStringIncludes(drifted.out, "the trained weights are others, though the same arithmetic computed both");
    const names = JSON.parse((await cli("verify", tiny, ...flags, "--json")).out).cells[0].figures
      .flatMap(({ figure }: { figure: string }) => ["--tolerance", `${figure}=100`]);
    assertEquals((await cli("verify", tiny, ...flags, ...names)).code, 10);
    assertEquals((await cli("verify", tiny, ...flags, ...names, "--accept", "tolerance")).code, 0);
    assertEquals((await cli("verify", tiny, ...flags, ...names, "--accept", "identical")).code, 10);
  }));

Deno.test("verify refuses what makes no sense", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await sweep(folder);
    await Deno.writeTextFile(`${folder}/crate.zip`, "");
    for (
      const [args, text] of [
        [[`${folder}/crate.zip`], "it is an archive, unpack it first"],
        [[`${folder}/nowhere`], "there is nothing"],
        [[folder], "neither plan.json nor a record"],
        [[tiny, "--cells", "Ark"], 'Cannot find cell "Ark": wanted ROW or ROW/COLUMN; rows are "NS", "Arc/Face"'],
        [[tiny, "--seeds", "5"], "completed runs have the seeds 0, 1"],
        [[tiny, "--tolerance", "x"], "unseen.accuracy=0.002"],
        [[tiny, "--out", `${folder}/results`], "it holds other results"],
      ] as const
    ) {
      const { code, err } = await cli("verify", ...flags, ...args);
      assertEquals(code, 2, err);
      assertStringIncludes(err, text);
    }
  }));

/** The tiny sweep with a head of its own, whose module lies in `<folder>/mine`. */
async function ownSweep(folder: string): Promise<{ tiny: string; flags: string[]; plan: FrozenPlan }> {
  const source = (await Deno.readTextFile(HEAD)).replaceAll("../../../", new URL("../../", import.meta.url).href);
  await Deno.mkdir(`${folder}/mine`);
  await Deno.writeTextFile(`${folder}/mine/head.ts`, source);
  const other = source.replace("m: 2 * half", "m: 0").replace(
    "export const",
    "(globalThis as { executed?: boolean }).executed = true;\nexport const",
  );
  await Deno.writeTextFile(`${folder}/mine/other.ts`, other);
  const rows = "ablation: { rows: [{ label: Own, head: { name: half-margin, half: 0.3 } }] }\n";
  const manifest = `plugins: [${folder}/mine/head.ts]\n${TINY.slice(0, TINY.indexOf("ablation:"))}${rows}`;
  const { tiny, flags } = await sweep(folder, manifest);
  return { tiny, flags, plan: JSON.parse(await Deno.readTextFile(`${tiny}/plan.json`)) };
}

/** Gives the plan of a folder another place for its module, as a forger would, with every digest in order. */
async function placeModule(tiny: string, plan: FrozenPlan, module: string, sha256?: string): Promise<void> {
  const plugins = plan.plugins.map((plugin) => ({ ...plugin, module, ...sha256 ? { sha256 } : {} }));
  const changed = { ...plan, plugins };
  await Deno.writeTextFile(`${tiny}/plan.json`, JSON.stringify({ ...changed, digest: planDigest(changed) }));
  await Deno.remove(`${tiny}/SHA256SUMS`);
}

Deno.test("verify says drifted after a head's formula has changed", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await ownSweep(folder);
    const same = await cli("verify", tiny, ...flags, "--plugin", `${folder}/mine/head.ts`);
    assertEquals(same.code, 0, same.out + same.err);
    await Deno.remove(`${folder}/scratch`, { recursive: true });
    const other = await cli("verify", tiny, ...flags, "--plugin", `${folder}/mine/other.ts`);
    assertEquals(other.code, 13, other.out + other.err);
    assertEquals("executed" in globalThis, true);
    assertStringIncludes(other.out, 'The module of head "half-margin" has changed since it was planned');
  }));

Deno.test("verify executes no module of a folder without being asked to, and none outside of it", () =>
  inFolder(async (folder) => {
    const { tiny, flags, plan } = await ownSweep(folder);
    delete (globalThis as { executed?: boolean }).executed;
    const silent = await cli("verify", tiny, ...flags);
    assertEquals(silent.code, 12, silent.out + silent.err);
    assertStringIncludes(silent.out, 'it needs head "half-margin" as planned, which is executed only with --allow');
    await Deno.copyFile(`${folder}/mine/other.ts`, `${tiny}/other.ts`);
    await Deno.mkdir(`${tiny}/plugins`);
    await Deno.symlink(`${folder}/mine/other.ts`, `${tiny}/plugins/link.ts`);
    await Deno.symlink(`${folder}/mine`, `${tiny}/plugins/links`);
    for (
      const [module, text] of [
        [`${folder}/mine/other.ts`, "it leads out of"],
        ["../../mine/other.ts", "it leads out of"],
        ["inner/../../../mine/other.ts", "it leads out of"],
        ["file:///other.ts", "it leads out of"],
        ["plugins/link.ts", "it is a symbolic link"],
        ["plugins/links/other.ts", "it is a symbolic link"],
        ["nowhere.ts", "it is not in"],
        ["other.ts", "it is not what was planned, by its SHA-256"],
      ] as const
    ) {
      await placeModule(tiny, plan, module);
      await Deno.writeTextFile(`${tiny}/SHA256SUMS`, "");
      const { code, out, err } = await cli("verify", tiny, ...flags, "--allow-plugins");
      assertEquals(code, 2, `${module}\n${out}${err}`);
      assertStringIncludes(err, text);
      // Not even read, without the flag.
      assertEquals((await cli("verify", tiny, ...flags, "--hashes-only")).code, 0);
      assertEquals((await cli("verify", tiny, ...flags)).code, 12);
    }
    await Deno.copyFile(`${folder}/mine/head.ts`, `${tiny}/plugins/head.ts`);
    await placeModule(tiny, plan, "plugins/head.ts");
    const allowed = await cli("verify", tiny, ...flags, "--allow-plugins");
    assertEquals(allowed.code, 0, allowed.out + allowed.err);
    assertEquals("executed" in globalThis, false);
  }));

Deno.test("verify exits 3 for data that is missing or changed, and reads none outside of the data folder", () =>
  inFolder(async (folder) => {
    const from = "data: { train: { reader: image-folder, path: faces, size: [8, 8], channels: 1 } }";
    const manifest = TINY.replace(/^data: .*$/m, from).replace(/evaluate:[^]*(?=ablation:)/, "evaluate: []\n");
    for (const name of ["a", "b"]) {
      await Deno.mkdir(`${folder}/data/faces/${name}`, { recursive: true });
      for (const i of [1, 2, 3, 4]) {
        await Deno.writeFile(`${folder}/data/faces/${name}/${i}.png`, greyPng(20 * i, 8, 8));
      }
    }
    await Deno.writeTextFile(`${folder}/tiny.yaml`, manifest);
    const args = ["--quiet", "--data", `${folder}/data`, "--out", `${folder}/results`];
    const trained = await cli("ablate", `${folder}/tiny.yaml`, ...args);
    assertEquals(trained.code, 0, trained.err);
    const verify = (data: string, path = "tiny") =>
      cli("verify", `${folder}/results/${path}`, "--quiet", "--out", `${folder}/scratch`, "--data", data);
    const missing = await verify(`${folder}/nothing`);
    assertEquals(missing.code, 3, missing.err);
    assertStringIncludes(missing.err, `${folder}/nothing/faces`);
    await copy(`${folder}/data`, `${folder}/changed`);
    await Deno.remove(`${folder}/changed/faces/a/1.png`);
    const changed = await verify(`${folder}/changed`);
    assertEquals(changed.code, 3, changed.err);
    assertStringIncludes(changed.err, "this data is not that of the runs");
    // The user's own link to data elsewhere works; one that came with the folder does not.
    await Deno.symlink(`${folder}/data`, `${folder}/link`);
    assertStringIncludes((await verify(`${folder}/link`)).out, "0 figures of 1 run");
    await Deno.mkdir(`${folder}/results/tiny/data`);
    await Deno.symlink(`${folder}/data/faces`, `${folder}/results/tiny/data/faces`);
    const inside = await verify(`${folder}/results/tiny/data`);
    assertEquals(inside.code, 2, inside.out);
    assertStringIncludes(inside.err, "is a symbolic link, and came with");
    for (const path of ["../data/faces", `${folder}/data/faces`]) {
      const out = manifest.replace("path: faces", `path: ${path}`).replace("name: tiny", "name: outside");
      await Deno.writeTextFile(`${folder}/tiny.yaml`, out);
      await cli(
        "ablate",
        `${folder}/tiny.yaml`,
        "--quiet",
        "--data",
        `${folder}/changed`,
        "--out",
        `${folder}/results`,
      );
      const { code, err } = await verify(`${folder}/changed`, "outside");
      assertEquals(code, 2, err);
      assertStringIncludes(err, "it leads out of the data folder");
      assert((await openStore(`${folder}/results`).records("outside")).records.length > 0);
    }
  }));
