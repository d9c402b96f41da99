import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadManifest, ManifestError } from "../../experiments/manifest.ts";
import { base, fixtures, problemsOf, registries, withLine } from "./manifest_helpers.ts";

Deno.test("loadManifest() reports every mistake at once, in the order of the file", async () => {
  const read = (path: string) => Deno.readTextFile(path);
  const error = await assertRejects(
    () => loadManifest(`${fixtures}mistakes.yaml`, { read, registries }),
    ManifestError,
  );
  const told = error.problems.map(({ line, column, message }) => `${line}:${column} ${message.split(/[:;,]/)[0]}`);
  assertEquals(told, [
    "2:8 Cannot use seeds of the manifest",
    '3:1 Unknown key "steps" of the manifest',
    '5:20 Cannot find reader "image-foldr"',
    '6:36 Cannot use blocks of backbone "convnet"',
    '6:48 Cannot use width of backbone "convnet"',
    '6:54 Unknown key "embeding" of backbone "convnet"',
    "7:27 Cannot use m = 28.6",
    '7:33 Unknown key "margin" of head "arcface"',
    '7:56 Cannot use boundary of head "arcface"',
    '8:1 Unknown key "optimiser" of the manifest',
    '9:29 Cannot use lr of schedule "step"',
    '9:31 Unknown key "1" of schedule "step"',
    '9:46 Cannot use milestones of schedule "step"',
    '10:23 Unknown key "batch_size" of train',
    '14:21 Cannot use reader "image-folder" as evaluate[0].data',
    "15:11 Cannot use name of evaluate[1]",
    '16:15 Cannot find protocol "verificaton"',
    '17:42 Missing key "reader" of evaluate[1].data.from',
    '20:48 Unknown key "m" of head "softmax"',
    '21:25 Unknown key "hed" of row "ArcFace"',
    '22:7 Duplicate row "Softmax"',
    '22:25 Unknown key "backend" of row "Softmax"',
    '22:54 Cannot find head "arcfase"',
    '23:11 Cannot sweep "heads.m"',
    "23:36 Cannot sweep optimizer",
    "24:8 Cannot zip lists of different lengths",
    '26:3 Unknown key "colums" of table',
    "27:14 Cannot use published of table",
  ]);
});

/** A change of `base`, and what the one line of its error must contain. */
const CASES: readonly [name: string, text: string, ...wanted: string[]][] = [
  ["a margin in degrees", withLine("head", "head: { name: arcface, m: 28.6 }"), "m.yaml:4:27:", "radians", "0.499"],
  [
    "margin for m",
    withLine("head", "head: { name: arcface, margin: 0.5 }"),
    'm.yaml:4:24: Unknown key "margin" of head "arcface": known keys are "name", "m", "s"',
    'Did you mean "m" (',
  ],
  [
    "f16 on wasm",
    withLine("train", "train: { steps: 10, batchSize: 4, precision: f16 }", base + "backend: wasm\n"),
    "m.yaml:6:",
    "Cannot use precision f16 on wasm: wanted webgpu, or `--backend webgpu` for a software adapter",
  ],
  [
    "a batch that images of an identity do not fill",
    withLine("train", "train: { steps: 10, batchSize: 64, sampler: { name: identity, images: 5 } }"),
    'm.yaml:6:8: Cannot fill a batch of 64 with sampler "identity": it takes 5 images of an identity, wanted a ' +
    "batchSize that 5 divides, such as 65",
  ],
  [
    "parts that divide the images of an identity",
    withLine("train", "train: { steps: 10, batchSize: 24, accumulate: 4, sampler: { name: identity, images: 4 } }"),
    'm.yaml:6:8: Cannot split a batch of 24 into 4 parts with sampler "identity": it keeps 4 images of an identity',
  ],
  [
    "a norm of 0 for clip",
    withLine("train", "train: { steps: 10, batchSize: 4, clip: { norm: 0 } }"),
    "m.yaml:6:49: Cannot use clip.norm of train: found 0, wanted a number above 0 and at most 1000000",
  ],
  [
    "a clip without its norm",
    withLine("train", "train: { steps: 10, batchSize: 4, clip: { of: backbone } }"),
    'm.yaml:6:41: Missing key "clip.norm" of train: Largest Euclidean norm',
  ],
  [
    "a clip that is a number",
    withLine("train", "train: { steps: 10, batchSize: 4, clip: 5 }"),
    "m.yaml:6:41: Cannot use clip of train: found 5, wanted",
  ],
  [
    "an average that never moves",
    withLine("train", "train: { steps: 10, batchSize: 4, ema: 1 }"),
    "m.yaml:6:40: Cannot use ema of train: found 1, wanted a number of at least 0 and below 1",
  ],
  [
    "a group of no role",
    base + "optimizer: { name: sgd, groups: { biases: { lr: 2 } } }\n",
    'm.yaml:11:35: Unknown key "biases" of groups of optimizer "sgd": known keys are "weight", "bias"',
    'Did you mean "bias"',
  ],
  [
    "an unknown setting of a group",
    base + "optimizer: { name: sgd, groups: { bias: { decay: 0 } } }\n",
    'm.yaml:11:43: Unknown key "decay" of groups.bias of optimizer "sgd": known keys are "lr", "weightDecay"',
  ],
  [
    "a misspelt head",
    withLine("head", "head: { name: arcfase }"),
    'm.yaml:4:15: Cannot find head "arcfase": known heads are "adacos"',
    'Did you mean "arcface"?',
  ],
  ["a section without its plugin", withLine("head", "head: { m: 0.5 }"), 'm.yaml:4:7: Missing key "name" of head'],
  [
    "a section that is a word",
    withLine("head", "head: arcface"),
    'm.yaml:4:7: Cannot use head: found "arcface", wanted a mapping such as { name: ',
  ],
  ["no head", withLine("head", "cite: []"), 'm.yaml:1:1: Missing section "head": ', 'known heads are "adacos"'],
  ["an empty head", withLine("head", "head:"), 'm.yaml:1:1: Missing section "head": '],
  [
    "a number in quotes",
    withLine("train", 'train: { steps: "10", batchSize: 4 }'),
    'm.yaml:6:17: Cannot use steps of train: found "10", wanted an integer from 0 to 1000000000; write it without quotes: 10',
  ],
  ["yes for true", base.replace("channels: 1", "channels: 1, invert: yes"), 'found "yes", wanted true or false'],
  [
    "an unknown backend",
    base + "backend: webgl\n",
    'found "webgl", wanted "auto", "webgpu", "wasm" or "cpu". Did you mean "webgpu"?',
  ],
  ["no seeds", base + "seeds: []\n", "m.yaml:11:8: Cannot use seeds of the manifest: found []"],
  [
    "a missing parameter",
    base.replace("path: a.zip, ", ""),
    'm.yaml:2:16: Missing key "path" of reader "image-folder": Folder',
  ],
  [
    "a parameter of a nested list",
    base.replace("size: [28, 28]", "size: [28, 2.5]"),
    'm.yaml:2:64: Cannot use size[1] of reader "image-folder": found 2.5, wanted an integer from 1 to 4096',
  ],
  [
    "pairs for training",
    withLine("data", "data: { train: { reader: synthetic-face-pairs } }"),
    'm.yaml:2:26: Cannot use reader "synthetic-face-pairs" as data.train: it gives pairs, wanted images',
  ],
  [
    "images too small for the backbone",
    base.replaceAll("size: [28, 28]", "size: [2, 2]"),
    "m.yaml:3:11: Cannot",
  ],
  [
    "evaluation images of another size",
    base.replace("b.zip, size: [28, 28]", "b.zip, size: [32, 32]"),
    'm.yaml:8:3: Cannot run evaluation "unseen": its images are 32×32×1, those of data.train are 28×28×1',
  ],
  [
    "class weights measured on other data",
    base.slice(0, base.indexOf("evaluate")) +
    "evaluate:\n  - name: seen\n    protocol: angles\n    weights: true\n    data: { reader: image-folder, path: b.zip, size: [28, 28], channels: 1 }\n",
    'm.yaml:8:3: Cannot run evaluation "seen": protocol "angles" measures class weights, and its data is not data.train',
  ],
  [
    "a rule that binds two parameters, one left to its default",
    withLine("data", "data: { train: { reader: synthetic-faces, identities: 1000000 } }"),
    'm.yaml:2:16: Cannot use reader "synthetic-faces" with perIdentity at its default: ',
  ],
  [
    "a column that is no metric",
    base + "table: { columns: [unseen.acuracy] }\n",
    'm.yaml:11:20: Cannot show column "unseen.acuracy": known metrics are "unseen.accuracy"',
    'Did you mean "unseen.accuracy"?',
  ],
  [
    "a tolerance of no figure",
    base + "table: { tolerance: { tiny.acuracy: 0.1 } }\n",
    'm.yaml:11:37: Cannot tolerate a difference of "tiny.acuracy": known metrics are "unseen.accuracy"',
  ],
  [
    "a baseline that is no row",
    base + "table: { baseline: Tiny }\n",
    'm.yaml:11:20: Cannot find the baseline row "Tiny": known rows are "tiny". Did you mean "tiny"?',
  ],
  [
    "a row that changes nothing",
    base +
    "ablation:\n  rows:\n    - { label: A, head: { s: 32 } }\n    - { label: B, head: { name: arcface, s: 32, m: 0.5 } }\n",
    'm.yaml:14:7: Row "B" changes nothing: its run is that of row "A" (line 13)',
  ],
  [
    "a row without a label",
    base + "ablation: { rows: [{ head: { s: 32 } }] }\n",
    'm.yaml:11:20: Missing key "label" of a row',
  ],
  [
    "an ablation without rows",
    base + "ablation: { rows: [] }\n",
    "m.yaml:11:11: Cannot expand ablation: it has no rows",
  ],
  [
    "a grid of values that are no list",
    base + "ablation: { grid: { head.m: 0.4 } }\n",
    "m.yaml:11:29: Cannot sweep head.m: found 0.4, wanted a list of values such as [0.4, 0.5] in grid",
  ],
  [
    "a grid too large",
    base +
    `ablation: { grid: { ${["head.m", "head.s", "train.steps"].map((p) => `${p}: [${[...Array(30).keys()]}]`)} } }\n`,
    "m.yaml:11:19: Cannot expand ablation.grid: it has 27000 rows, wanted at most 10000",
  ],
  [
    "a grid through a scalar",
    base + "ablation: { grid: { head.m.x: [0.4] } }\n",
    "m.yaml:11:21: Cannot set head.m.x: head.m is 0.5, which has no keys",
  ],
  [
    "a colon without its space",
    withLine("head", "head: { name:arcface }"),
    'm.yaml:4:7: Missing key "name" of head',
    "write a space after the colon: name: arcface",
  ],
  [
    "a colon without its space in a parameter",
    withLine("head", "head: { name: arcface, m:0.5 }"),
    'm.yaml:4:24: Unknown key "m:0.5" of head "arcface"',
    "write a space after the colon: m: 0.5",
  ],
  ["a bracket that is not closed", withLine("head", "head: { name: arcface"), "found a { that is not closed before"],
  [
    "a colon too many",
    withLine("name", "name: tiny: x"),
    "m.yaml:1:7: Cannot read YAML: found a second colon in one line",
  ],
  [
    "a duplicate key",
    base + "name: again\n",
    'm.yaml:11:1: Duplicate key "name": it is set at line 1, column 1 already',
  ],
  ["a tab", "name: x\n\thead: 1\n", "m.yaml:2:1: Cannot read YAML: found a tab, indent with spaces"],
  ["two documents", base + "---\nname: x\n", "Cannot read YAML: found a second document after ---"],
  ["an empty file", "# nothing\n", "m.yaml:1:1: Cannot read the manifest: it is empty"],
  ["a list", "- name: x\n", "m.yaml:1:1: Cannot use the manifest: found a list, wanted a mapping"],
  ["a tag", base + "cite: !!binary aGk=\n", "m.yaml:11:16: Cannot read YAML: found a value that is no text"],
  ["an alias without anchor", base + "cite: *x\n", "m.yaml:11:7: Cannot read YAML: the alias *x stands before"],
  [
    "an alias within its anchor",
    base + "cite: &x [*x]\n",
    "m.yaml:11:11: Cannot read YAML: the alias *x stands before, or inside",
  ],
  ["deep nesting", base + `cite: ${"[".repeat(70)}${"]".repeat(70)}\n`, "nested deeper than 64 levels"],
  ["endless nesting", `name: ${"[".repeat(20_000)}\n`, "nested deeper than 64 levels"],
  ["a prototype", base + "__proto__: { x: 1 }\n", "m.yaml:11:1: Cannot read YAML: found a key that is no plain word"],
  ["plugins without a loader", base + "plugins: [./a.ts]\n", 'm.yaml:11:11: Cannot load plugins from "./a.ts"'],
  [
    "a name that is no folder",
    base.replace("name: tiny", "name: ../up"),
    'm.yaml:1:7: Cannot use name of the manifest: found "../up"; a name is letters',
  ],
];

for (const [name, text, ...wanted] of CASES) {
  Deno.test(`loadManifest() says what is wrong with ${name}`, async () => {
    const lines = await problemsOf(text);
    assertEquals(lines.length, 1, lines.join("\n"));
    for (const part of wanted) assertStringIncludes(lines[0]!, part);
    assert(!/[.]$/.test(lines[0]!), "a message ends without a period");
  });
}
