import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { loadOutcomes } from "../../experiments/outcomes.ts";
import { rescore } from "../../experiments/rescore.ts";
import { completePairs } from "../../experiments/complete_pairs.ts";
import { recordedPairs, type StoredPairs } from "../../experiments/scored_pairs.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { openStore } from "../../experiments/store.ts";
import { hasPairs, pairsFile, readPairs, writePairs } from "../../experiments/store/pairs.ts";
import { builtins } from "../../registry/builtins.ts";
import { main } from "../../cli/program.ts";

const DIGEST = "ab".repeat(32);
const PAIRS: StoredPairs = {
  same: Uint8Array.of(1, 0, 1, 0),
  fold: Int32Array.of(0, 0, 1, 1),
  folds: 2,
  left: Int32Array.of(3, -1, 5, 6),
  right: Int32Array.of(3, 4, 5, 70000),
};

async function inFolder(fn: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await fn(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("readPairs() gives what writePairs() wrote; who comes second writes nothing", () =>
  inFolder(async (root) => {
    assertEquals([await readPairs(root, DIGEST), await hasPairs(root, DIGEST)], [undefined, false]);
    assert(await writePairs(root, DIGEST, PAIRS));
    assertEquals([await readPairs(root, DIGEST), await hasPairs(root, DIGEST)], [PAIRS, true]);
    assert(!await writePairs(root, DIGEST, { ...PAIRS, same: Uint8Array.of(0, 0, 0, 0) }));
    assertEquals(await readPairs(root, DIGEST), PAIRS);
    assertEquals([...Deno.readDirSync(`${root}/pairs`)].map(({ name }) => name), ["abababababababab.npz"]);
  }));

Deno.test("writePairs() follows no symbolic link and takes no digest that is a path", () =>
  inFolder(async (root) => {
    await Deno.mkdir(`${root}/experiment`);
    await Deno.symlink("/tmp", `${root}/experiment/pairs`);
    await assertRejects(() => writePairs(`${root}/experiment`, DIGEST, PAIRS), RangeError, "symbolic link");
    await assertRejects(() => readPairs(`${root}/experiment`, DIGEST), RangeError, "symbolic link");
    await assertRejects(() => writePairs(root, "../../outside", PAIRS), RangeError, "wanted their SHA-256");
  }));

Deno.test("readPairs() names a damaged file", () =>
  inFolder(async (root) => {
    await writePairs(root, DIGEST, PAIRS);
    const path = `${root}/pairs/abababababababab.npz`, bytes = await Deno.readFile(path);
    for (
      const damaged of [
        bytes.slice(0, -30),
        new Uint8Array(0),
        bytes.map((byte, i) => i === 170 ? byte ^ 1 : byte),
      ]
    ) {
      await Deno.writeFile(path, damaged);
      await assertRejects(() => readPairs(root, DIGEST), SyntaxError, path);
    }
  }));

const MANIFEST = `name: pairs
backend: cpu
seeds: [0, 1]
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: arcface, m: 0.3, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 8, perIdentity: 3, folds: 2, perFold: 8, size: [8, 8], channels: 1 }
`;

Deno.test("runs store their pairs once; outcomes, figures and lost pairs are found again from scores", () =>
  inFolder(async (root) => {
    const quiet = { out: () => {}, err: () => {}, terminal: false };
    await Deno.writeTextFile(`${root}/pairs.yaml`, MANIFEST);
    assertEquals(await main(["ablate", `${root}/pairs.yaml`, "--out", `${root}/results`], quiet, () => {}), 0);
    const store = openStore(`${root}/results`), registries = builtins(), { records } = await store.records("pairs");
    const folder = `${root}/results/pairs/pairs`, files = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(files, [pairsFile(recordedPairs(records[0]!, records[0]!.manifest.evaluate[0]!)!)]);

    const { runs, notes } = await loadOutcomes(store, "pairs", records, registries);
    assertEquals(notes, []);
    const [first, second] = records.map(({ id }) => runs.get(id)!.get("unseen")!);
    assert(first!.pairs === second!.pairs, "runs share their pairs");
    for (const { left, right, same } of [first!.pairs]) {
      assertEquals(Uint8Array.from(left, (side, i) => Number(side === right[i])), same);
    }
    const figures = await rescore(records[0]!, store, registries);
    assertEquals(figures.map(({ metric }) => metric).slice(0, 3), ["accuracy", "tar@1e-2", "tar@1e-3"]);
    assert(figures.every(({ agrees }) => agrees));

    // One figure is edited.
    const edited = {
      ...records[0]!,
      metrics: records[0]!.metrics.map((metric) => metric.name === "accuracy" ? { ...metric, value: 0.99 } : metric),
    };
    const wrong = (await rescore(edited, store, registries)).filter(({ agrees }) => !agrees);
    assertEquals(wrong.map(({ evaluation, metric, recorded }) => [evaluation, metric, recorded]), [
      ["unseen", "accuracy", 0.99],
    ]);
    const told = await loadOutcomes(store, "pairs", [edited], registries);
    assertMatch(told.notes.join(), /not compared pair by pair in unseen: its scores do not give the recorded accuracy/);
    assertEquals(told.runs.get(edited.id)!.get("unseen")!.correct, undefined);

    // The pairs are lost, and found again from the data alone.
    const before = await Deno.readFile(`${folder}/${files[0]}`);
    await Deno.remove(folder, { recursive: true });
    assertMatch((await loadOutcomes(store, "pairs", records, registries)).notes.join(), /its pairs are not stored/);
    const sources = { store, experiment: "pairs", registries, files: diskFiles(`${root}/data`) };
    assertEquals(await completePairs(records, sources), []);
    assertEquals(await Deno.readFile(`${folder}/${files[0]}`), before);

    // Data that is not that of the records gives no pairs.
    await Deno.remove(folder, { recursive: true });
    const other = records.map((record) => ({
      ...record,
      data: record.data.map((one) => ({ ...one, digest: DIGEST })),
    }));
    assertMatch((await completePairs(other, sources)).join(), /the data is not that of the records/);
    await assertRejects(() => Deno.stat(folder), Deno.errors.NotFound);
  }));
