import { assertAlmostEquals, assertEquals } from "@std/assert";
import { freeDisk } from "../../experiments/machine.ts";
import { rowCost } from "../../experiments/plan_cost.ts";
import { type PreviewedRun, previewOf } from "../../experiments/preview.ts";
import { openStore } from "../../experiments/store.ts";
import { load, registries } from "./manifest_helpers.ts";

const text = `name: tiny
data: { train: { reader: synthetic-faces, identities: 10, perIdentity: 4, size: [16, 16], channels: 1 } }
backbone: { name: convnet, blocks: 2, width: 8, embedding: 16 }
head: { name: arcface, m: 0.5, s: 16 }
schedule: { name: step, lr: 0.1 }
train: { steps: 100, batchSize: 4 }
evaluate:
  - { name: pairs, protocol: verification, data: { reader: synthetic-face-pairs, folds: 5, perFold: 30, size: [16, 16], channels: 1 } }
  - { name: angles, protocol: angles, data: { reader: synthetic-faces, size: [16, 16], channels: 1 } }
`;

async function runOf(manifest: string, seconds: number | null): Promise<PreviewedRun> {
  const { run } = (await load(manifest)).rows[0]!;
  return { run, cost: rowCost(run, registries), seconds };
}

const output = { logEvery: 10, checkpointEvery: 0, weights: true };

Deno.test("previewOf() adds up time, memory of the largest runs, and what is written", async () => {
  const small = await runOf(text, 10), large = await runOf(text.replace("width: 8", "width: 32"), 50);
  const one = previewOf([small, small, large], { output, registries });
  assertEquals([one.runs, one.jobs, one.seconds, one.wallSeconds], [3, 1, 70, 70]);
  assertEquals([one.memoryBytes, one.jobsMemoryBytes], [large.cost!.memory, large.cost!.memory]);
  assertEquals(one.weightsBytes, 2 * small.cost!.weights! + large.cost!.weights!);
  // 5 × 30 pairs a run, four bytes each; images of one set have no pairs.
  assertEquals([one.scoresBytes, one.unknownScores], [3 * 5 * 30 * 4, []]);
  const two = previewOf([small, small, large], { jobs: 2, output: { ...output, weights: false }, registries });
  assertEquals([two.wallSeconds, two.jobsMemoryBytes, two.weightsBytes], [
    50,
    large.cost!.memory + small.cost!.memory,
    0,
  ]);
  // Weights with their momentum, of the newest checkpoint, the one before and the one that is written.
  const { parameters, headParameters } = large.cost!;
  assertEquals(one.checkpointBytes, 3 * 4 * 2 * (parameters + headParameters!));
  // In memory, the values and the file.
  assertEquals([one.savingBytes, two.savingBytes], [
    2 * large.cost!.checkpoint!,
    2 * (large.cost!.checkpoint! + small.cost!.checkpoint!),
  ]);
  assertEquals(previewOf([small, small, small, small], { jobs: 2, output, registries }).wallSeconds, 20);
});

Deno.test("previewOf() counts for each process what recorded runs took beside their tensors, within 30 %", async () => {
  const store = openStore(new URL("../../results", import.meta.url).pathname), small = await runOf(text, 10);
  const [one, two, three] = [1, 2, 3].map((jobs) => previewOf([small, small], { jobs, output, registries }));
  assertEquals([two!.processBytes, three!.processBytes], [2 * one!.processBytes, 2 * one!.processBytes]);
  for (const experiment of ["omniglot-table2", "toy-2d", "omniglot-one-shot"]) {
    for (const { id, manifest, cost, backend } of (await store.records(experiment)).records) {
      assertEquals(backend!.name, "wasm");
      const beside = cost!.peakMemoryBytes! - rowCost({ ...manifest, backend: "wasm" }, registries)!.memory;
      assertAlmostEquals(beside / one!.processBytes, 1, 0.3, `${experiment}/${id}`);
    }
  }
});

Deno.test("previewOf() says what cannot be known, and counts nothing where nothing is to do", async () => {
  const known = await runOf(text, 10), pairs = { reader: "pairs-list", path: "pairs.txt" };
  const data = { ...known.run, evaluate: [{ ...known.run.evaluate[0]!, data: pairs }] };
  const { seconds, wallSeconds, memoryBytes, weightsBytes, unknownScores } = previewOf(
    [known, { run: data, cost: undefined, seconds: null }],
    { output, registries },
  );
  assertEquals([seconds, wallSeconds, memoryBytes, weightsBytes, unknownScores], [null, null, null, null, ["pairs"]]);
  const none = previewOf([], { jobs: 4, output, registries });
  assertEquals([none.runs, none.seconds, none.jobsMemoryBytes, none.recordsBytes], [0, 0, 0, 0]);
});

Deno.test("freeDisk() asks for no permission", async () => {
  const granted = (await Deno.permissions.query({ name: "sys", kind: "statfs" })).state === "granted";
  const free = await freeDisk("/nowhere/at/all");
  assertEquals(free !== null && free > 0, granted);
});
