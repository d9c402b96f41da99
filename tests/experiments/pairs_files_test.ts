/// Files of pairs: one for each way to make pairs of the same data, read once, and no table stopped by a damaged one.
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { diskFiles } from "../../experiments/disk.ts";
import { loadOutcomes } from "../../experiments/outcomes.ts";
import { completePairs } from "../../experiments/complete_pairs.ts";
import { openStore } from "../../experiments/store.ts";
import { recordedPairs } from "../../experiments/scored_pairs.ts";
import { pairsFile } from "../../experiments/store/pairs.ts";
import { inspectFolder } from "../../experiments/verify/inspect.ts";
import { builtins } from "../../registry/builtins.ts";
import { cli, inFolder, TINY } from "../cli/in_folder.ts";
import { greyPng } from "../datasets/helpers.ts";

const EVALUATION = (name: string, classes: string) => `
  - name: ${name}
    protocol: verification
    data:
      reader: sampled-pairs
      from: { reader: image-folder, path: faces, size: [8, 8], channels: 1, classes: ${classes} }
      folds: 2
      perFold: 4`;
/** Two evaluations on the same files, one of them on some of the classes. */
const TWO = TINY.replace(
  /^evaluate:[^]*(?=ablation:)/m,
  `evaluate:${EVALUATION("all", "null")}${EVALUATION("some", "{ first: 2, count: 4 }")}\n`,
).replace("unseen.accuracy", "all.accuracy, some.accuracy");

/** Trains the rows of a manifest on a folder of a few images. */
async function train(folder: string): Promise<readonly string[]> {
  for (const name of ["k", "l", "m", "n", "o", "p"]) {
    await Deno.mkdir(`${folder}/data/faces/${name}`, { recursive: true });
    for (const i of [1, 2, 3, 4]) {
      await Deno.writeFile(`${folder}/data/faces/${name}/${i}.png`, greyPng(15 * i + name.charCodeAt(0), 8, 8));
    }
  }
  const flags = ["--quiet", "--out", `${folder}/results`, "--data", `${folder}/data`];
  const { code, err } = await cli("ablate", `${folder}/tiny.yaml`, ...flags);
  assertEquals(code, 0, err);
  return ["collate", "--plan", `${folder}/results/tiny/plan.json`, ...flags.slice(1)];
}

Deno.test("evaluations on the same files with other parameters have pairs of their own, and both are compared", () =>
  inFolder(async (folder) => {
    await train(folder);
    const store = openStore(`${folder}/results`), { records } = await store.records("tiny"), [record] = records;
    const [, all, some] = record!.data;
    assertEquals(all!.digest, some!.digest);
    const [first, second] = record!.manifest.evaluate.map((section) => recordedPairs(record!, section)!);
    assertNotEquals(await store.readPairs("tiny", first!), await store.readPairs("tiny", second!));
    const { runs, notes } = await loadOutcomes(store, "tiny", records, builtins());
    assertEquals(notes, []);
    for (const one of runs.values()) assert(one.get("all")!.correct && one.get("some")!.correct);
  }, TWO));

Deno.test("collate prints its table though scores or pairs are damaged, and names each file", () =>
  inFolder(async (folder) => {
    const collate = await train(folder), store = openStore(`${folder}/results`);
    const { records: [record] } = await store.records("tiny"), results = `${folder}/results/tiny`;
    const pairs = `${results}/pairs/${pairsFile(recordedPairs(record!, record!.manifest.evaluate[0]!)!)}`;
    const scores = `${results}/${record!.id}/scores/some.npy`;
    for (const path of [pairs, scores]) await Deno.writeFile(path, (await Deno.readFile(path)).slice(0, -20));
    const { code, out, err } = await cli(...collate);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^\| ArcFace /m);
    assertStringIncludes(out, `Rows are not compared pair by pair in all: Cannot read ${pairs}:`);
    assertStringIncludes(out, `Run ${record!.id} is not compared pair by pair in some: Cannot read ${scores}:`);
    assertEquals(out.split("not compared pair by pair").length, 3);
    const { problems } = await inspectFolder(results, builtins());
    assertEquals(problems.filter((problem) => problem.startsWith(`Cannot read ${pairs}`)).length, 1);
    await Deno.remove(pairs);
    assertEquals((await cli(...collate)).out.includes(pairs), false);
  }, TWO));

Deno.test("completePairs() and loadOutcomes() read each file of pairs and scores once at most", () =>
  inFolder(async (folder) => {
    await train(folder);
    const store = openStore(`${folder}/results`), registries = builtins(), { records } = await store.records("tiny");
    const read: string[] = [];
    const counted = {
      ...store,
      async folder(experiment: string, id: string) {
        const run = await store.folder(experiment, id), readScores = run.readScores.bind(run);
        run.readScores = (name) => (read.push(`${id} ${name}`), readScores(name));
        return run;
      },
      readPairs: (experiment: string, digest: string) => (read.push(digest), store.readPairs(experiment, digest)),
    };
    const sources = { store: counted, experiment: "tiny", registries, files: diskFiles(`${folder}/data`) };
    assertEquals(await completePairs(records, sources), []);
    assertEquals(read, []);
    await loadOutcomes(counted, "tiny", records, registries);
    assertEquals([read.length, new Set(read).size], [6, 6]);
  }, TWO));
