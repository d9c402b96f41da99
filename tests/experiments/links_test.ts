/// Results folders of somebody else: links in them are neither read nor written through.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readTrace } from "../../experiments/run_traces.ts";
import { openStore, type RunFolder, type Store } from "../../experiments/store.ts";
import { planDigest } from "../../experiments/store/plan.ts";
import { readRungs } from "../../experiments/store/rungs.ts";
import { writeSums } from "../../experiments/verify/sums.ts";
import { cli } from "../cli/in_folder.ts";
import { sampleRecord } from "./sample_record.ts";

const ID = "0123456789ab", SECRET = "outside of the results\n", DIGEST = "ab".repeat(32);

interface Linked {
  readonly root: string;
  readonly store: Store;
  readonly run: RunFolder;
  /** Puts a link to a file outside, which is there, at a path of the experiment's folder. */
  link(path: string): Promise<void>;
}

/** Runs in a results folder with one experiment; afterwards what lies outside must be as it was. */
async function withLinks(fn: (linked: Linked) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir(), root = `${folder}/results`, store = openStore(root);
  try {
    await Deno.mkdir(`${root}/sample/${ID}`, { recursive: true });
    await Deno.mkdir(`${folder}/outside`);
    await Deno.writeTextFile(`${folder}/outside/file`, SECRET);
    await fn({
      ...{ root, store, run: await store.folder("sample", ID) },
      async link(path) {
        const place = `${root}/sample/${path}`;
        await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), { recursive: true });
        await Deno.symlink(`${folder}/outside/file`, place);
      },
    });
    assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/outside`), ({ name }) => name), ["file"]);
    assertEquals(await Deno.readTextFile(`${folder}/outside/file`), SECRET);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What reads and writes each file of a run's folder. */
const OF_RUN: readonly [path: string, ...actions: ((run: RunFolder) => Promise<unknown>)[]][] = [
  ["record.json", (run) => run.readRecord(), (run) => run.writeRecord(sampleRecord({ id: ID }))],
  [
    "history.jsonl",
    (run) => run.readHistory(),
    (run) => run.syncHistory(),
    (run) => run.appendHistory({ step: 1 }),
    (run) => run.truncateHistory(0),
  ],
  ["rungs.jsonl", (run) => readRungs(run.path), (run) => run.appendRung({ step: 1, metric: "a", value: 1 })],
  ["checkpoint/current", (run) => run.readCheckpoint(), (run) => run.writeCheckpoint(Uint8Array.of(1))],
  ["checkpoint/previous", (run) => run.readCheckpoint("previous")],
  ["scores/unseen.npy", (run) => run.readScores("unseen"), (run) => run.writeScores("unseen", Float32Array.of(1))],
  ["lists/unseen.kept.txt", (run) => run.writeList("unseen", "kept", ["a"])],
  ["weights.safetensors", (run) => run.readWeights(), (run) => run.writeWeights(Uint8Array.of(1))],
  ["log.txt", (run) => run.writeLog("died")],
  ["lock", (run) => run.claim()],
];

for (const [path, ...actions] of OF_RUN) {
  Deno.test(`a link at a run's ${path} is neither read nor written through`, () =>
    withLinks(async ({ run, link }) => {
      await link(`${ID}/${path}`);
      for (const action of actions) await assertRejects(() => action(run), RangeError, "it is a symbolic link");
    }));
}

for (const folder of ["checkpoint", "scores", "lists"]) {
  Deno.test(`a link in place of a run's folder ${folder} is neither read nor written through`, () =>
    withLinks(async ({ root, run }) => {
      await Deno.symlink(`${root}/../outside`, `${run.path}/${folder}`);
      for (const [, ...actions] of OF_RUN.filter(([path]) => path.startsWith(`${folder}/`))) {
        for (const action of actions) await assertRejects(() => action(run), RangeError, "it is a symbolic link");
      }
      if (folder === "checkpoint") await assertRejects(() => run.removeCheckpoint(), RangeError, "symbolic link");
    }));
}

Deno.test("links at what an experiment's runs share are neither read nor written through", () =>
  withLinks(async ({ root, store, link }) => {
    const rest = {
      ...{ schemaVersion: 2 as const, experiment: "sample", description: "", cite: [], recordSchemaVersion: 4 },
      ...{ code: { marginlab: "0.1.0", sha256: null }, plugins: [], published: null, seeds: [0], rows: [], runs: [] },
      output: { logEvery: 10, checkpointEvery: 0, weights: true },
      table: { columns: [], baseline: null, published: null },
    } as const;
    const plan = { ...rest, digest: planDigest(rest) };
    await Deno.symlink(`${root}/../outside/file`, `${root}/.tiles.json`);
    await Deno.symlink(`${root}/../outside/lock`, `${root}/.tiles.json.lock`);
    for (
      const path of [
        "plan.json",
        `plans/${plan.digest.slice(0, 12)}.json`,
        `pairs/${DIGEST.slice(0, 16)}.npz`,
        "SHA256SUMS",
      ]
    ) {
      await link(path);
    }
    const actions: (() => Promise<unknown>)[] = [
      () => store.readPlan("sample"),
      () => store.writePlan(plan),
      () => store.writeVariant(plan),
      () => store.readPairs("sample", DIGEST),
      () => writeSums(`${root}/sample`, new Set()),
      () => store.tiles.read("adapter"),
      () => store.tiles.write("adapter", { rows: 1, columns: 1, workgroup: 1 }),
      () => store.tiles.alone(() => Promise.resolve()),
    ];
    for (const action of actions) await assertRejects(action, RangeError, "it is a symbolic link");
  }));

Deno.test("a linked run, record or checkpoint is no part of an experiment", () =>
  withLinks(async ({ root, store, link }) => {
    await link(`${ID}/record.json`);
    await link(`${ID}/checkpoint/current`);
    await Deno.symlink(`${root}/../outside`, `${root}/sample/${"1".repeat(12)}`);
    const { records, problems } = await store.records("sample");
    assertEquals([records.length, problems.length], [0, 2]);
    assertStringIncludes(problems[0]!, `/${"1".repeat(12)}": it is a symbolic link`);
    assertStringIncludes(problems[1]!, `${ID}/record.json": it is a symbolic link`);
    await assertRejects(() => store.folder("sample", "1".repeat(12)), RangeError, "symbolic link");
    await assertRejects(() => readTrace(store, "sample", ID), RangeError, "symbolic link");
    for (
      const command of [["table", `${root}/sample`], ["export", `${root}/sample/${ID}`], [
        "evaluate",
        "--run",
        `${root}/sample/${ID}`,
      ]]
    ) {
      const { code, out, err } = await cli(...command);
      assertEquals(code, 2, out);
      assertEquals(`${out}${err}`.includes(SECRET.trim()), false);
    }
  }));
