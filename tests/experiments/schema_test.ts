import { assert, assertEquals } from "@std/assert";
import { Ajv, type ValidateFunction } from "ajv";
import { loadManifest } from "../../experiments/manifest.ts";
import { moduleLoader } from "../../experiments/plugins.ts";
import { manifestSchema } from "../../experiments/schema.ts";
import { KINDS, tableOfKind } from "../../registry/registries.ts";
import { parse } from "../../experiments/yaml.ts";
import { base, fixtures, load, problemsOf, registries, withLine } from "./manifest_helpers.ts";

function validator(schema: Record<string, unknown> = manifestSchema(registries)): ValidateFunction {
  return new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(schema);
}

const validate = validator();

Deno.test("manifestSchema() is a draft-07 schema of plain JSON with every plugin in it", () => {
  const schema = manifestSchema(registries);
  assertEquals(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  assertEquals(JSON.parse(JSON.stringify(schema)), schema);
  assert(new Ajv({ strict: false }).validateSchema(schema));
  const definitions = schema["definitions"] as Record<string, { properties: Record<string, { description: string }> }>;
  for (const kind of KINDS) {
    for (const name of tableOfKind(registries, kind).names()) {
      const params = tableOfKind(registries, kind).get(name).params.shape;
      for (const param of Object.keys(params)) {
        assert(definitions[`${kind}-${name}`]!.properties[param]!.description, `${kind} ${name} ${param}`);
      }
    }
  }
});

const shipped = [...Deno.readDirSync(new URL("../../experiments/manifests/", import.meta.url))]
  .filter(({ name }) => name.endsWith(".yaml")).map(({ name }) => name).sort();
for (const name of shipped) {
  Deno.test(`manifestSchema() and loadManifest() both take the shipped manifest ${name}`, async () => {
    const path = new URL(`../../experiments/manifests/${name}`, import.meta.url).pathname;
    assert(validate(parse(Deno.readTextFileSync(path))), JSON.stringify(validate.errors, null, 1));
    await loadManifest(path, { read: (path) => Deno.readTextFile(path), registries, loader: moduleLoader() });
  });
}

for (const name of ["margins", "child"]) {
  Deno.test(`manifestSchema() takes the fixture ${name}.yaml`, () => {
    assert(validate(parse(Deno.readTextFileSync(`${fixtures}${name}.yaml`))), JSON.stringify(validate.errors, null, 1));
  });
}

Deno.test("manifestSchema() knows the parameters of a user's own plugin once it is loaded", async () => {
  const text = Deno.readTextFileSync(`${fixtures}own_head.yaml`);
  assertEquals(validate(parse(text)), false);
  const read = (path: string) => Deno.readTextFile(path);
  const manifest = await loadManifest(`${fixtures}own_head.yaml`, { read, registries, loader: moduleLoader() });
  const own = validator(manifestSchema(manifest.registries));
  assert(own(parse(text)), JSON.stringify(own.errors, null, 1));
  assertEquals(own(parse(text.replace("half: 0.2", "halve: 0.2"))), false);
});

/** Changes of a complete manifest on which the schema and the loader must agree. */
const SAME: readonly [name: string, text: string, legal: boolean][] = [
  ["the base", base, true],
  ["empty optional keys", base + "plugins:\nseeds:\nablation:\ntable:\nauxiliary:\noptimizer:\n", true],
  ["an auxiliary loss", base + "auxiliary: [{ name: cosface, weight: 0.5, m: 0.1 }]\n", true],
  ["a partial row", base + "ablation: { rows: [{ label: A, head: { m: 0.1 }, train: { steps: 3 } }] }\n", true],
  ["a grid", base + "ablation: { grid: { head.m: [0.1, 0.2] } }\n", true],
  [
    "clipping and an average",
    withLine("train", "train: { steps: 10, batchSize: 4, clip: { norm: 5 }, ema: 0.9 }"),
    true,
  ],
  ["an empty clip", withLine("train", "train: { steps: 10, batchSize: 4, clip: }"), true],
  ["a clip without its norm", withLine("train", "train: { steps: 10, batchSize: 4, clip: { of: all } }"), false],
  ["an average that never moves", withLine("train", "train: { steps: 10, batchSize: 4, ema: 1 }"), false],
  ["parameter groups", base + "optimizer: { name: sgd, groups: { bias: { lr: 2, weightDecay: 0 } } }\n", true],
  ["a group of no role", base + "optimizer: { name: sgd, groups: { biases: { lr: 2 } } }\n", false],
  ["a row that clips by part of the keys", base + "ablation: { grid: { train.clip.norm: [1, 5] } }\n", true],
  ["a misspelt parameter", withLine("head", "head: { name: arcface, margin: 0.5 }"), false],
  ["a parameter of another head", withLine("head", "head: { name: softmax, m: 0.5 }"), false],
  ["a value out of range", withLine("head", "head: { name: arcface, m: 28.6 }"), false],
  ["an unknown head", withLine("head", "head: { name: arcfase }"), false],
  ["a missing section", withLine("head", "cite: []"), false],
  ["a section without its name", withLine("head", "head: { m: 0.5 }"), false],
  ["a wrong type", withLine("train", "train: { steps: ten, batchSize: 4 }"), false],
  ["a missing key of train", withLine("train", "train: { steps: 10 }"), false],
  ["an unknown key at the top", base + "optimiser: { name: sgd }\n", false],
  ["a missing parameter", base.replace("path: a.zip, ", ""), false],
  ["pairs for training", withLine("data", "data: { train: { reader: synthetic-face-pairs } }"), false],
  [
    "images for verification",
    base.replace(
      /data: \{ reader: sampled-pairs.*/,
      "data: { reader: image-folder, path: b.zip, size: [28, 28], channels: 1 }",
    ),
    false,
  ],
  [
    "a nested reader that gives pairs",
    base.replace(
      "from: { reader: image-folder, path: b.zip, size: [28, 28], channels: 1 }",
      "from: { reader: synthetic-face-pairs }",
    ),
    false,
  ],
  [
    "an unknown evaluation key",
    base.replace("protocol: verification", "protocol: verification\n    flop: true"),
    false,
  ],
  ["a row with an unknown key", base + "ablation: { rows: [{ label: A, hed: {} }] }\n", false],
  ["a row without a label", base + "ablation: { rows: [{ head: { m: 0.1 } }] }\n", false],
  ["a grid of another section", base + "ablation: { grid: { heads.m: [0.1] } }\n", false],
  ["a seed twice", base + "seeds: [1, 1]\n", false],
  ["an unknown backend", base + "backend: webgl\n", false],
  ["published figures without a key", base + "table: { published: table2 }\n", false],
  [
    "halving",
    base + "ablation: { grid: { head.m: [0.1, 0.2] } }\n" +
    "stopping: { rule: halving, metric: unseen.accuracy, rungs: [3, 6], keep: 0.5, protect: [] }\n",
    true,
  ],
  ["early stopping", base + "stopping: { rule: early, metric: unseen.accuracy, every: 2 }\n", true],
  ["no stopping", base + "stopping:\n", true],
  ["a stopping rule without its metric", base + "stopping: { rule: early, every: 2 }\n", false],
  [
    "a stopping rule with a key of the other",
    base + "stopping: { rule: early, metric: unseen.auc, every: 2, keep: 0.5 }\n",
    false,
  ],
  ["an unknown stopping rule", base + "stopping: { rule: median }\n", false],
  ["no name", withLine("name", "cite: []"), false],
];

for (const [name, text, legal] of SAME) {
  Deno.test(`manifestSchema() and loadManifest() agree on ${name}`, async () => {
    const problems = await problemsOf(text);
    assertEquals([validate(parse(text)), problems.length === 0], [legal, legal], problems.join("\n"));
  });
}

Deno.test("manifestSchema() lets a child leave out what it inherits", async () => {
  const child = "extends: ./base.yaml\nname: child\nhead: { m: 0.3 }\n";
  assert(validate(parse(child)), JSON.stringify(validate.errors));
  assertEquals((await load({ "m.yaml": child, "base.yaml": base })).rows.length, 1);
});
