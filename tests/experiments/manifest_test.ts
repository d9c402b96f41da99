import { assertEquals } from "@std/assert";
import { loadManifest } from "../../experiments/manifest.ts";
import { base, fixtures, load, problemsOf, registries, withLine } from "./manifest_helpers.ts";

Deno.test("loadManifest() fills in every default", async () => {
  const { rows, seeds, table, output, description, cite, plugins, name } = await load(base);
  assertEquals({ seeds, table, output, description, cite, plugins, name }, {
    name: "tiny",
    seeds: [0],
    table: { columns: [], baseline: null, published: null },
    output: { logEvery: 10, checkpointEvery: 0, weights: true, receipt: 2 },
    description: "",
    cite: [],
    plugins: [],
  });
  assertEquals(rows.map(({ label }) => label), ["tiny"]);
  const { run } = rows[0]!;
  assertEquals(run.backend, "auto");
  assertEquals(run.optimizer, { name: "sgd", ...registries.optimizer.get("sgd").params.parse({}) });
  assertEquals(run.head, { name: "arcface", ...registries.head.get("arcface").params.parse({ m: 0.5, s: 16 }) });
  assertEquals([run.train.augment, run.train.sampler, run.auxiliary], [[], { name: "shuffle" }, []]);
  const from = run.evaluate[0]!.data["from"] as Record<string, unknown>;
  assertEquals([from["reader"], from["path"], from["invert"]], ["image-folder", "b.zip", false]);
  assertEquals(run.evaluate[0]!.protocol["protocol"], "verification");
});

Deno.test("loadManifest() names the metrics that the table may show", async () => {
  const { metrics } = await load(base);
  assertEquals(metrics.slice(0, 2).map(({ name }) => name), ["unseen.accuracy", "unseen.tar@1e-2"]);
});

Deno.test("loadManifest() reads numbers as YAML 1.2 core writes them", async () => {
  const { rows } = await load(withLine("optimizer", "optimizer: { name: sgd, momentum: .5, weightDecay: 5.0e-4 }"));
  assertEquals([rows[0]!.run.optimizer["momentum"], rows[0]!.run.optimizer["weightDecay"]], [0.5, 0.0005]);
});

Deno.test("loadManifest() takes an empty value for the default of an optional key", async () => {
  const text = base + "plugins:\nseeds:\nablation:\ntable:\nauxiliary:\n";
  assertEquals((await load(text)).seeds, [0]);
});

Deno.test("a row replaces the sections that name another plugin and merges the others", async () => {
  const { rows } = await load(
    base + "ablation:\n  rows:\n    - { label: A, head: { m: 0.3 }, train: { steps: 20 } }\n" +
      "    - { label: B, head: { name: cosface }, data: { train: { path: c.zip } } }\n",
  );
  const [a, b] = rows.map(({ run }) => run);
  assertEquals([a!.head["name"], a!.head["m"], a!.head["s"]], ["arcface", 0.3, 16]);
  assertEquals([a!.train.steps, a!.train.batchSize], [20, 4]);
  assertEquals(b!.head, { name: "cosface", ...registries.head.get("cosface").params.parse({}) });
  assertEquals([b!.data.train["path"], b!.data.train["channels"]], ["c.zip", 1]);
});

Deno.test("rows, grid and zip are listed one after the other, each labelled", async () => {
  const { rows } = await load(
    base + "ablation:\n  rows: [{ label: Softmax, head: { name: softmax } }]\n" +
      "  grid: { head.m: [0.3, 0.4], head.s: [8, 32] }\n" +
      "  zip: { head: [{ name: cosface }, { name: cosface, m: 0.2 }], train.steps: [20, 30] }\n",
  );
  assertEquals(rows.map(({ label }) => label), [
    "Softmax",
    "head.m=0.3, head.s=8",
    "head.m=0.3, head.s=32",
    "head.m=0.4, head.s=8",
    "head.m=0.4, head.s=32",
    "head=cosface, train.steps=20",
    "head=cosface(m=0.2), train.steps=30",
  ]);
  assertEquals(rows.map(({ run }) => run.train.steps), [10, 10, 10, 10, 10, 20, 30]);
  assertEquals(rows[3]!.run.head["s"], 8);
});

Deno.test("grid reaches into an evaluation by its name", async () => {
  const { rows } = await load(base + "ablation: { grid: { evaluate.unseen.data.folds: [5, 20] } }\n");
  assertEquals(rows.map(({ run }) => run.evaluate[0]!.data["folds"]), [5, 20]);
  assertEquals(rows[0]!.run.evaluate[0]!.name, "unseen");
});

Deno.test("a base that its rows complete is no problem", async () => {
  const text = withLine("head", "head: { s: 16 }") +
    "ablation: { rows: [{ label: A, head: { name: arcface } }, { label: C, head: { name: cosface } }] }\n";
  assertEquals((await load(text)).rows.map(({ run }) => run.head["s"]), [16, 16]);
});

Deno.test("auxiliary losses are heads with a weight", async () => {
  const { rows } = await load(base + "auxiliary: [{ name: softmax }, { name: cosface, weight: 0.5, m: 0.1 }]\n");
  assertEquals(rows[0]!.run.auxiliary[0], { name: "softmax", weight: 1, sampleRate: 1 });
  const { weight, m } = rows[0]!.run.auxiliary[1]!;
  assertEquals([weight, m], [0.5, 0.1]);
});

Deno.test("extends merges, replaces ablation, and errors name the file that set the value", async () => {
  const parent = base + "ablation: { rows: [{ label: A, head: { m: 0.1 } }] }\nseeds: [1, 2]\n";
  const child = "extends: ../base.yaml\nname: child\nhead: { m: 0.3 }\nablation:\n";
  const files = { "m.yaml": child.replace("../", "./"), "base.yaml": parent };
  const { name, rows, seeds, files: read } = await load(files);
  assertEquals([name, rows.length, rows[0]!.run.head["m"], seeds], ["child", 1, 0.3, [1, 2]]);
  assertEquals(read, ["m.yaml", "base.yaml"]);
  const broken = { ...files, "base.yaml": parent.replace("blocks: 2", "blocks: two") };
  assertEquals(await problemsOf(broken), [
    'base.yaml:3:36: Cannot use blocks of backbone "convnet": found "two", wanted an integer from 1 to 8',
  ]);
});

Deno.test("overrides are checked like the file and point at themselves", async () => {
  const { rows, seeds } = await load(base, {
    overrides: ["head.name=cosface", "head.m=0.2", "evaluate.unseen.data.folds=5"],
    backend: "wasm",
    seeds: [7],
  });
  const { run } = rows[0]!;
  assertEquals([run.backend, seeds, run.head["name"], run.head["m"], run.head["s"]], ["wasm", [7], "cosface", 0.2, 64]);
  assertEquals(run.evaluate[0]!.data["folds"], 5);
  assertEquals(await problemsOf(base, { overrides: ["head.m=half"] }), [
    '--set head.m=half:1:14: Cannot use m of head "arcface": found "half", wanted a number from 0 to 1.5708',
  ]);
});

Deno.test("an override that no row takes up is a problem", async () => {
  const text = base + "ablation: { rows: [{ label: A, head: { m: 0.1 } }, { label: B, head: { m: 0.2 } }] }\n";
  assertEquals(await problemsOf(text, { overrides: ["head.m=0.4"] }), [
    "--set head.m=0.4:1:7: Cannot apply --set head.m=0.4: it changes nothing, every row sets head.m, or its whole " +
    "section, itself; change the rows",
  ]);
  assertEquals((await load(text, { overrides: ["head.s=32"] })).rows[1]!.run.head["s"], 32);
});

for (const name of ["margins", "child"]) {
  Deno.test(`loadManifest() takes the fixture ${name}.yaml`, async () => {
    const read = (path: string) => Deno.readTextFile(path);
    const { rows } = await loadManifest(`${fixtures}${name}.yaml`, { read, registries });
    assertEquals(rows.length, name === "margins" ? 2 : 6);
  });
}
