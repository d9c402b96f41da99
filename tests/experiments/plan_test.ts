import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { loadManifest } from "../../experiments/manifest.ts";
import { planRuns, runId } from "../../experiments/plan.ts";
import type { ResolvedRun } from "../../experiments/resolved.ts";
import { moduleLoader } from "../../experiments/plugins.ts";
import { filesOf } from "./files_of.ts";
import { base, fixtures, load, registries, withLine } from "./manifest_helpers.ts";

const files = filesOf({ "a.zip": "aa", "b.zip": "bb" });

async function idsOf(text: string, there = files): Promise<string[]> {
  return (await planRuns(await load(text), { files: there })).runs.map(({ id }) => id);
}

Deno.test("planRuns() lists rows, and seeds within each", async () => {
  const manifest = await load(base + "seeds: [3, 1]\nablation: { grid: { head.m: [0.1, 0.2] } }\n");
  const { runs, missing } = await planRuns(manifest, { files });
  assertEquals(runs.map(({ row, seed }) => `${row} ${seed}`), [
    "head.m=0.1 3",
    "head.m=0.1 1",
    "head.m=0.2 3",
    "head.m=0.2 1",
  ]);
  assertEquals(new Set(runs.map(({ id }) => id)).size, 4);
  assertEquals([missing, runs[0]!.missing], [[], []]);
  assertEquals(runs[1]!.run.seed, 1);
});

Deno.test("planRuns() hashes the RFC 8785 form of what determines the result", async () => {
  const { runs } = await planRuns(await load(base), { files });
  const { id, identity, run } = runs[0]!;
  assertEquals(Object.keys(identity).sort(), ["data", "plugins", "run", "schemaVersion"]);
  // A licence or citation describes the data and changes nothing.
  const described = { license: null, citation: null }, { reader, ...rest } = run.data.train;
  assertEquals({ ...(identity["run"] as ResolvedRun).data.train, ...described }, { reader, ...rest });
  assertEquals((identity["run"] as ResolvedRun).train, run.train);
  assertEquals(identity["data"], { "a.zip": "aa", "b.zip": "bb" });
  const used = identity["plugins"] as { kind: string; name: string; sha256: string | null }[];
  assertEquals(used.map(({ kind, name, sha256 }) => `${kind} ${name} ${sha256}`), [
    "backbone convnet null",
    "head arcface null",
    "optimizer sgd null",
    "protocol verification null",
    "reader image-folder null",
    "reader sampled-pairs null",
    "sampler shuffle null",
    "schedule step null",
  ]);
  // Sorted keys by an independent path: none of the keys or numbers here needs more than JSON.stringify.
  const sorted = JSON.stringify(
    identity,
    (_, value) =>
      value && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, value[key]]))
        : value,
  );
  assertEquals(id, createHash("sha256").update(sorted).digest("hex").slice(0, 12));
  assertMatch(id, /^[0-9a-f]{12}$/);
});

Deno.test("runId() is that of known bytes", () => {
  // printf '{"a":[1e-7,"é"],"b":null}' | sha256sum
  assertEquals(runId({ b: null, a: [0.0000001, "é"] }), "d2dbb164c20b");
});

Deno.test("an id changes with what matters and with nothing else", async () => {
  const [id] = await idsOf(base);
  const same = [
    base +
    "description: Other words\ncite: [x]\noutput: { logEvery: 1, checkpointEvery: 5, weights: false }\ntable: { baseline: tiny }\n",
    base.replace("name: tiny", "name: renamed"),
    withLine("head", "head: { s: 16.0, m: 5e-1, name: arcface, gradient: exact }"),
    base + "optimizer: { name: sgd }\nseeds: [0]\nbackend: auto\nauxiliary: []\n",
    base + "ablation: { rows: [{ label: L, head: { s: 16 } }] }\n",
  ];
  for (const text of same) assertEquals(await idsOf(text), [id!]);
  const other = [
    withLine("head", "head: { name: arcface, m: 0.5, s: 17 }"),
    base + "optimizer: { name: sgd, momentum: 0.8 }\n",
    base + "seeds: [1]\n",
    base + "backend: wasm\n",
    base.replace("b.zip, size", "a.zip, size"),
  ];
  for (const text of other) assertNotEquals(await idsOf(text), [id!]);
  assertNotEquals(await idsOf(base, filesOf({ "a.zip": "aa", "b.zip": "changed" })), [id!]);
});

Deno.test("an id changes with the version of a built-in plugin and with the bytes of a user's", async () => {
  const read = (path: string) => Deno.readTextFile(path);
  const { hash: _, ...loader } = moduleLoader();
  const planOf = async (sha256: string) => {
    const hashed = { ...loader, hash: () => Promise.resolve(sha256) };
    const manifest = await loadManifest(`${fixtures}own_head.yaml`, { read, registries, loader: hashed });
    return (await planRuns(manifest, { files })).runs[0]!;
  };
  const [one, two] = [await planOf("11"), await planOf("22")];
  assertNotEquals(one.id, two.id);
  const used = one.identity["plugins"] as { name: string; sha256: string | null }[];
  assertEquals(used.find(({ name }) => name === "half-margin")!.sha256, "11");
  const manifest = await load(base);
  const arcface = { ...registries.head.get("arcface"), version: "9.9.9" };
  const newer = { ...registries.head, get: () => arcface } as typeof registries.head;
  const changed = await planRuns({ ...manifest, registries: { ...registries, head: newer } }, { files });
  assertNotEquals(changed.runs[0]!.id, (await idsOf(base))[0]!);
});

Deno.test("data that is not there is listed, and the id provisional", async () => {
  const { runs, missing } = await planRuns(await load(base), { files: filesOf({ "a.zip": "aa" }) });
  assertEquals([missing, runs[0]!.missing], [["b.zip"], ["b.zip"]]);
  assertEquals(runs[0]!.identity["data"], { "a.zip": "aa", "b.zip": null });
  assertNotEquals(runs[0]!.id, (await idsOf(base))[0]!);
});

Deno.test("weights are data: their path and digest are part of the identity, and rows may set them", async () => {
  const text = base +
    "weights: r50.safetensors\nablation: { grid: { weights: [r50.safetensors, null, r100.safetensors] } }\n";
  const { runs, missing } = await planRuns(await load(text), {
    files: filesOf({ "a.zip": "aa", "b.zip": "bb", "r50.safetensors": "cc" }),
  });
  assertEquals(runs.map(({ row, run: { weights }, missing, identity }) => [row, weights, missing, identity["data"]]), [
    ["weights=r50.safetensors", "r50.safetensors", [], { "a.zip": "aa", "b.zip": "bb", "r50.safetensors": "cc" }],
    ["weights=null", null, [], { "a.zip": "aa", "b.zip": "bb" }],
    ["weights=r100.safetensors", "r100.safetensors", ["r100.safetensors"], {
      "a.zip": "aa",
      "b.zip": "bb",
      "r100.safetensors": null,
    }],
  ]);
  assertEquals(missing, ["r100.safetensors"]);
  const [id] = await idsOf(
    base + "weights: r50.safetensors\n",
    filesOf({ "a.zip": "aa", "b.zip": "bb", "r50.safetensors": "dd" }),
  );
  assertNotEquals(id, runs[0]!.id);
});

Deno.test("a folder of records is hashed by the files that are read, those that may lack where they are there", async () => {
  const text = withLine("data", "data: { train: { reader: recordio, path: faces, size: [28, 28], channels: 1 } }");
  const there = { "b.zip": "bb", "faces/train.rec": "rr" };
  const plan = async (files: Record<string, string>) => {
    const { missing, runs } = await planRuns(await load(text), { files: filesOf(files) });
    return { missing, id: runs[0]!.id, data: runs[0]!.identity["data"] };
  };
  const { missing, id, data } = await plan(there);
  assertEquals([missing, data], [[], there]);
  assertEquals((await plan({ ...there, "faces/lfw.bin": "ll" })).id, id);
  const indexed = { ...there, "faces/train.idx": "ii", "faces/property": "pp" };
  assertEquals((await plan(indexed)).data, indexed);
  assertNotEquals((await plan(indexed)).id, id);
  assertEquals((await plan({ "b.zip": "bb" })).missing, ["faces/train.rec"]);
});

Deno.test("every path is hashed once for the whole plan", async () => {
  const asked: string[] = [];
  const text = base + "seeds: [0, 1, 2]\nablation: { grid: { head.m: [0.1, 0.2, 0.3] } }\n";
  const { runs } = await planRuns(await load(text), { files: filesOf({ "a.zip": "aa", "b.zip": "bb" }, asked) });
  assertEquals([runs.length, asked.sort()], [9, ["a.zip", "b.zip"]]);
});

Deno.test("the cost of a row is counted from its description", async () => {
  const { rows } = await planRuns(await load(base), { files });
  const cost = rows[0]!.cost!;
  const { name: _, ...params } = (await load(base)).rows[0]!.run.backbone;
  const counted = registries.backbone.get("convnet").cost(params, [28, 28, 1]);
  assertEquals([cost.shape, cost.parameters, cost.multiplyAdds], [
    [28, 28, 1],
    counted.parameters,
    counted.multiplyAdds,
  ]);
  assertEquals(cost.trainingMultiplyAdds, 3 * 10 * 4 * counted.multiplyAdds);
  assertEquals(cost.headParameters, undefined);
  const { forward, backward } = counted.memory;
  // Backend auto may be WebGPU, which takes more for the same tensors; tests/experiments/memory_test.ts measures.
  const activations = 1.4 * Math.max(forward, backward), scratch = 16 * 2 ** 20;
  assertEquals(cost.memory, scratch + 4 * (4 * counted.parameters + 4 * (activations + 2 * 28 * 28)));
  const unknown = await planRuns(await load(base.replaceAll("size: [28, 28], ", "")), { files });
  assertEquals(unknown.rows[0]!.cost, undefined);
});

Deno.test("the class weights are counted where the reader knows its classes", async () => {
  const text = withLine("data", "data: { train: { reader: synthetic-faces, size: [28, 28], identities: 7 } }")
    .replace(
      "reader: sampled-pairs, from: { reader: image-folder, path: b.zip, size: [28, 28], channels: 1 }",
      "reader: synthetic-face-pairs, size: [28, 28]",
    );
  const { rows } = await planRuns(await load(text), { files });
  const { headParameters, parameters, weights } = rows[0]!.cost!;
  assertEquals([headParameters, weights], [7 * 16, 4 * (parameters + 7 * 16)]);
  // An auxiliary loss on the main head's weights has none of its own.
  const sharing = { ...registries.head.get("cosface"), name: "sharing", sharesClassWeights: true };
  const tables = { ...registries, head: registries.head.with([sharing], "test") };
  const beside = async (name: string) => {
    const manifest = await load(`${text}auxiliary: [{ name: ${name} }]\n`, { registries: tables });
    return (await planRuns(manifest, { files })).rows[0]!.cost!;
  };
  const own = await beside("cosface"), shared = await beside("sharing");
  assertEquals([own.headParameters, shared.headParameters], [2 * 7 * 16, 7 * 16]);
  assertEquals(shared.memory, rows[0]!.cost!.memory);
});

Deno.test("the average of weights is counted as one more copy of the backbone", async () => {
  const cost = async (text: string) => (await planRuns(await load(text), { files })).rows[0]!.cost!;
  const plain = await cost(base), averaged = await cost(base.replace("batchSize: 4", "batchSize: 4, ema: 0.99"));
  assertEquals(averaged.memory - plain.memory, 4 * plain.parameters);
});

Deno.test("a plan of 1,000 runs takes well under 2 s", async () => {
  const values = (n: number, step: number) => Array.from({ length: n }, (_, i) => (i + 1) * step);
  const text = base + `seeds: [${values(10, 1)}]\n` +
    `ablation: { grid: { head.m: [${values(10, 0.125)}], head.s: [${values(10, 8)}] } }\n`;
  const start = performance.now();
  const { runs } = await planRuns(await load(text), { files });
  const seconds = (performance.now() - start) / 1000;
  assertEquals(new Set(runs.map(({ id }) => id)).size, 1000);
  assert(seconds < 1.5, `took ${seconds} s`);
});
