/// `evaluate` on a tiny run of procedural faces, in this process and once as a process of its own.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Ajv } from "ajv";
import { parse } from "@std/yaml";
import project from "../../deno.json" with { type: "json" };
import { main } from "../../cli/program.ts";
import { type EvaluationRecord, evaluationRecordJsonSchema } from "../../experiments/evaluation_record.ts";
import { evaluationListSchema } from "../../experiments/evaluation_schema.ts";
import type { RecordedMetric, RunRecord } from "../../experiments/record.ts";
import { recordedPairs } from "../../experiments/scored_pairs.ts";
import { readPairs } from "../../experiments/store/pairs.ts";
import { openStore, type RunFolder } from "../../experiments/store.ts";
import { builtins } from "../../registry/mod.ts";
import { decodeSafeTensors, encodeSafeTensors } from "../../training/mod.ts";

const root = new URL("../../", import.meta.url).pathname;
const plugins = new URL("../fixtures/evaluation/template_plugins.ts", import.meta.url).pathname;

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  const code = await main(args, io, (code) => {
    throw new Error(`exit ${code}`);
  });
  return { code, out, err };
}

const FACES = "reader: synthetic-faces, size: [8, 8], channels: 1, identities: 3, perIdentity: 4";
const UNSEEN =
  "reader: synthetic-face-pairs, identities: 6, perIdentity: 3, folds: 2, perFold: 8, size: [8, 8], channels: 1";

const TINY = `
name: tiny
backend: cpu
data: { train: { ${FACES} } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: norm-softmax, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate:
  - { name: unseen, protocol: verification, data: { ${UNSEEN} } }
  - { name: flipped, protocol: verification, flip: true, data: { ${UNSEEN} } }
  - { name: angles, protocol: angles, weights: true, data: { ${FACES} } }
`;

interface Place {
  readonly folder: string;
  /** Folder of the run. */
  readonly run: string;
  readonly store: RunFolder;
  readonly record: RunRecord;
  /** Writes a list and gives its path. */
  list(text: string): Promise<string>;
}

/** Trains the tiny run, in a fresh folder. */
async function inFolder(fn: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/tiny.yaml`, TINY);
    const { code, err } = await cli("run", `${folder}/tiny.yaml`, "--out", `${folder}/results`, "--quiet");
    assertEquals(code, 0, err);
    const opened = openStore(`${folder}/results`), { records: [record] } = await opened.records("tiny");
    const store = await opened.folder("tiny", record!.id);
    const list = async (text: string) => {
      await Deno.writeTextFile(`${folder}/list.yaml`, text);
      return `${folder}/list.yaml`;
    };
    await fn({ folder, run: store.path, store, record: record!, list });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Evaluates and gives the record that is printed. */
async function evaluate(...args: string[]): Promise<EvaluationRecord> {
  const { code, out, err } = await cli("evaluate", "--json", "--quiet", ...args);
  assertEquals(code, 0, err);
  return JSON.parse(out);
}

function figures(metrics: readonly RecordedMetric[], ...evaluations: string[]) {
  return metrics.filter(({ evaluation }) => evaluations.length === 0 || evaluations.includes(evaluation));
}

Deno.test("evaluate --run finds the figures of the record again, to the last bit, and writes them", () =>
  inFolder(async ({ folder, run, store, record }) => {
    const { code, out, err } = await cli("evaluate", "--run", `${run}/record.json`, "--out", `${folder}/again`);
    assertEquals(code, 0, err);
    assertStringIncludes(err, "convnet on cpu");
    assertStringIncludes(err, `All ${record.metrics.length} figures are those of the record, to the last bit`);
    assertMatch(out, /evaluation +accuracy .*\n +% .*\nunseen +\d+\.\d\d ± \d+\.\d\d .*\nflipped .*\nn +16 /);
    assertMatch(out, /angles\.intra +\d+\.\d\d +° +12\n/);
    assertStringIncludes(out, record.metrics[0]!.definition);
    const written: EvaluationRecord = JSON.parse(await Deno.readTextFile(`${folder}/again/evaluation.json`));
    assertEquals(written.metrics, record.metrics);
    assertEquals(written.comparison, { compared: record.metrics.length, differences: [] });
    assertEquals(written.data, record.data.filter(({ role }) => role !== "train"));
    assertEquals([written.network?.run, written.network?.backbone], [record.id, record.manifest.backbone]);
    const check = new Ajv({ strict: false, formats: { "date-time": true } }).compile(evaluationRecordJsonSchema());
    assert(check(written), JSON.stringify(check.errors));
    assertEquals(
      await Deno.readFile(`${folder}/again/scores/flipped.npy`),
      await Deno.readFile(`${store.path}/scores/flipped.npy`),
    );
    const digest = recordedPairs(record, record.manifest.evaluate.find(({ name }) => name === "flipped")!)!;
    const pairs = await readPairs(`${folder}/again`, digest);
    assertEquals(pairs?.same.length, 16);
    assertEquals(pairs, await readPairs(store.path.slice(0, store.path.lastIndexOf("/")), digest));
  }));

Deno.test("evaluate --run tells which figures are not those of the record", () =>
  inFolder(async ({ run, store, record }) => {
    const [first, ...others] = record.metrics;
    await store.writeRecord({ ...record, metrics: [{ ...first!, value: 0.125 }, ...others] });
    const { code, err } = await cli("evaluate", "--run", run);
    assertEquals(code, 0, err);
    assertStringIncludes(err, `1 of ${record.metrics.length} figures differ from the record\n  unseen.accuracy: `);
    assertMatch(err, /the record has 0\.125 \(off by 0\.\d+\)/);
    assert(!err.includes("to be expected"), err);
    await store.writeRecord({ ...record, metrics: [{ ...first!, std: first!.std! + 0.25 }, ...others] });
    const spread = await cli("evaluate", "--run", run);
    assertStringIncludes(
      spread.err,
      `1 of ${record.metrics.length} figures differ from the record\n  unseen.accuracy: ± 0.`,
    );
    assertMatch(spread.err, /the record has ± 0\.\d+ \(off by -0\.25\)/);
    assert(!spread.err.includes("off by 0)"), spread.err);
    const other = await cli("evaluate", "--run", run, "--backend", "wasm", "--blas", "none");
    assertStringIncludes(other.err, "The run was measured on cpu, this is wasm (own kernels): other last bits");
  }));

Deno.test("evaluate takes what --save-embeddings wrote, by name, and gives the same without a network", () =>
  inFolder(async ({ folder, run, record, list }) => {
    const saved = `${folder}/saved`;
    const first = await evaluate("--run", run, "--save-embeddings", saved);
    assertEquals([...Deno.readDirSync(saved)].map(({ name }) => name).sort(), ["angles.npz", "unseen.npz"]);
    const path = await list(`
name: again
embeddings: ${saved}/unseen.npz
evaluate:
  - { name: flipped, protocol: verification, flip: true, data: { ${UNSEEN} } }
  - { name: unseen, protocol: verification, data: { ${UNSEEN} } }
  - { name: angles, protocol: angles, data: { ${FACES} }, embeddings: ${saved}/angles.npz }
`);
    const check = new Ajv({ strict: false }).compile(evaluationListSchema(builtins()));
    assert(check(parse(await Deno.readTextFile(path))), JSON.stringify(check.errors));
    const again = await evaluate(path);
    assertEquals([again.name, again.network, again.backend, again.comparison], ["again", null, null, null]);
    for (const name of ["unseen", "flipped"]) {
      assertEquals(figures(again.metrics, name), figures(first.metrics, name));
    }
    assertEquals(figures(again.metrics, "angles"), figures(record.metrics, "angles").slice(0, 3));
    assertMatch(again.evaluations[0]!.embeddings!.digest, /^[0-9a-f]{64}$/);
    const relative = await evaluate(
      await list(
        `name: r\nevaluate: [{ name: a, protocol: angles, data: { ${FACES} }, embeddings: saved/angles.npz }]`,
      ),
      "--data",
      folder,
    );
    assertEquals(relative.evaluations[0]!.embeddings!.path, "saved/angles.npz");
    assert(!JSON.stringify([again, relative]).includes(folder), "no path of this machine");
    assert(again.evaluations[0]!.embeddings!.digest !== again.evaluations[2]!.embeddings!.digest);
    const reader =
      `name: own\nevaluate: [{ name: angles, protocol: angles, data: { reader: embeddings, path: saved/angles.npz } }]\n`;
    const own = await evaluate(await list(reader), "--data", folder);
    assertEquals([own.metrics, own.evaluations[0]!.embeddings], [figures(again.metrics, "angles"), null]);
    const both = await cli("evaluate", await list(reader), "--data", folder, "--run", run);
    assertEquals(both.code, 2);
    assertStringIncludes(
      both.err,
      'Cannot evaluate "angles": reader "embeddings" gives stored embeddings, and there is a network; leave the',
    );
    const named = `{ name: own, protocol: angles, data: { ${FACES} }, embeddings: saved/angles.npz }`;
    const mixed = await list(`name: mixed\nevaluate:\n  - ${named}\n  - ${named.replace("own", "other")}\n`);
    const refused = await cli("evaluate", mixed, "--data", folder, "--run", run);
    assertEquals([refused.code, refused.err.match(/stored embeddings are named for it/g)?.length], [2, 2], refused.err);
    // One file has all of the run's pairs, but not the images of its angles; nothing of it is measured then.
    const { code, out, err } = await cli("evaluate", "--run", run, "--embeddings", `${saved}/unseen.npz`);
    assertEquals([code, out], [2, ""]);
    assertMatch(err, /Cannot evaluate "angles" by the embeddings of .*unseen\.npz: found none for image "identity 0/);
  }));

Deno.test("evaluate --weights takes weights that say nothing, with --backbone, under a list or a manifest", () =>
  inFolder(async ({ folder, store, record, list }) => {
    const { tensors } = decodeSafeTensors((await store.readWeights())!), file = `${folder}/public.safetensors`;
    await Deno.writeFile(file, encodeSafeTensors({ tensors, metadata: {} }));
    const path = await list(`
name: pairs
evaluate: [{ name: unseen, protocol: verification, data: { ${UNSEEN} } }]
`);
    const flags = [path, "--weights", file, "--backend", "cpu"],
      backbone = "{ name: convnet, blocks: 1, width: 2, embedding: 4 }";
    const found = await evaluate(...flags, "--backbone", backbone);
    assertEquals(found.metrics, figures(record.metrics, "unseen"));
    assertEquals([found.network!.weights.unused, found.network!.run], [["head/weight"], null]);
    const untold = await cli("evaluate", ...flags);
    assertEquals(untold.code, 2);
    assertStringIncludes(untold.err, "it does not say what network it belongs to, name one with --backbone");
    const other = await cli("evaluate", ...flags, "--backbone", backbone.replace("width: 2", "width: 3"));
    assertEquals(other.code, 2);
    assertStringIncludes(other.err, "the backbone wants [3,1,3,3]");
    const manifest = await evaluate(
      `${folder}/tiny.yaml`,
      "--weights",
      `${store.path}/weights.safetensors`,
      "--backend",
      "cpu",
      "--set",
      "evaluate.angles.weights=false",
    );
    assertEquals(manifest.metrics, [
      ...figures(record.metrics, "unseen", "flipped"),
      ...figures(record.metrics, "angles").slice(0, 3),
    ]);
  }));

Deno.test("evaluate measures one protocol that flags describe", () =>
  inFolder(async ({ run, record }) => {
    const one = ["--run", run, "--protocol"];
    const flip = await evaluate(...one, "verification", "--data-of", "unseen", "--set", "protocol.flip=true");
    assertEquals(
      flip.metrics.map(({ name, value }) => [name, value]),
      figures(record.metrics, "flipped").map(({ name, value }) => [name, value]),
    );
    assertEquals(flip.evaluations.map(({ name }) => name), ["verification"]);
    const shape = ["size=[8,8]", "channels=1", "identities=3", "perIdentity=4"].flatMap((
      text,
    ) => ["--set", `data.${text}`]);
    const angles = await evaluate(...one, "angles", "--reader", "synthetic-faces", ...shape);
    assertEquals(angles.metrics, figures(record.metrics, "angles").slice(0, 3));
  }));

Deno.test("evaluate streams embeddings to protocols of templates, from a network or a file", () =>
  inFolder(async ({ folder, run, list }) => {
    const text = `
name: templates
plugins: [${plugins}]
evaluate:
  - { name: plain, protocol: template-norm, data: { reader: neighbours, from: { ${FACES} } } }
  - { name: both, protocol: template-norm, flip: true, data: { reader: neighbours, from: { ${FACES} } } }
`;
    const network = await evaluate(await list(text), "--run", run, "--save-embeddings", folder);
    assertEquals(network.metrics.map(({ n }) => n), [6, 6]);
    assertEquals(network.data.map(({ templates }) => templates), [6, 6]);
    assertEquals(network.curves?.map(({ evaluation, name }) => [evaluation, name]), [["plain", "line"], [
      "both",
      "line",
    ]]);
    assertEquals(network.plugins.map(({ name }) => name), ["neighbours", "template-norm"]);
    const stored = await evaluate(await list(text), "--embeddings", `${folder}/plain.npz`);
    assertEquals(stored.metrics, network.metrics);
    assertEquals(stored.evaluations.map(({ embeddings }) => embeddings!.path), ["plain.npz", "plain.npz"]);
    const described = await cli("describe", "protocol", "template-norm", "--plugin", plugins);
    assertStringIncludes(described.out, "wants: templates");
    const manifest = TINY.replace("name: tiny", `name: tiny\nplugins: [${plugins}]`) +
      `  - { name: norm, protocol: template-norm, data: { reader: neighbours, from: { ${FACES} } } }\n`;
    await Deno.writeTextFile(`${folder}/more.yaml`, manifest);
    for (const command of ["validate", "plan"]) assertEquals((await cli(command, `${folder}/more.yaml`)).code, 0);
    const wrong = manifest.replace(`{ reader: neighbours, from: { ${FACES} } }`, `{ ${FACES} }`);
    await Deno.writeTextFile(`${folder}/more.yaml`, wrong);
    assertStringIncludes((await cli("validate", `${folder}/more.yaml`)).err, "it gives images, wanted templates");
  }));

Deno.test("evaluate tells everything that is wrong before it embeds", () =>
  inFolder(async ({ folder, run, list }) => {
    const pairs = `{ name: unseen, protocol: verification, data: { ${UNSEEN} } }`;
    const of = (...items: string[]) => `name: l\nevaluate:\n${items.map((item) => `  - ${item}\n`).join("")}`;
    await Deno.writeTextFile(`${folder}/text.npy`, "no array");
    for (
      const [text, flags, code, ...hints] of [
        [of(pairs), [], 2, "gives no stored embeddings, name some or the weights of a network"],
        [
          of(pairs.replace("8, 8", "9, 8")),
          ["--run", run],
          2,
          "its images are 9 × 8 × 1",
          "weights.safetensors 8 × 8 × 1",
        ],
        [
          of(pairs.replace("channels: 1", "channels: 1, normalise: { mean: 0, std: 255 }")),
          ["--run", run],
          2,
          "(byte − 0) / 255",
        ],
        [
          of(pairs.replace("name: unseen", "name: unseen, embeddings: e.npy")),
          ["--run", run, "--data", folder],
          3,
          `${folder}/e.npy`,
        ],
        [of(pairs), ["--embeddings", `${folder}/text.npy`], 2, "Cannot read"],
        [
          of(pairs.replace("name: unseen", "name: unseen, embeddings: [1]")),
          [],
          2,
          "list.yaml:3:33:",
          "write a path, or",
        ],
        [
          of(pairs.replace("synthetic-face-pairs", "synthetic-faces")),
          [],
          2,
          "list.yaml:3:",
          "it gives images, wanted pairs",
        ],
        [of(pairs.replace("flip", "flap"), pairs), [], 2, 'Duplicate evaluation "unseen"'],
        [of(pairs.replace("data:", "far: 2, data:")), [], 2, "list.yaml:3:", "far"],
        ["name: l\nembedings: e.npy\nevaluate: []\n", [], 2, 'Did you mean "embeddings"', 'Missing key "evaluate"'],
        [of(pairs), ["--set", "evaluate.unsen.flip=true"], 2, "its elements are 0"],
      ] as [string, string[], number, ...string[]][]
    ) {
      const found = await cli("evaluate", await list(text), ...flags);
      assertEquals([found.code, found.out], [code, ""], found.err);
      for (const hint of hints) assertStringIncludes(found.err, hint);
      assert(!found.err.includes(" on cpu"), found.err);
    }
  }));

Deno.test("evaluate that fails on its way exits 70 and writes nothing", () =>
  inFolder(async ({ folder, list }) => {
    const values = new Float32Array(3 * 4 * 2), header = "{'descr': '<f4', 'fortran_order': False, 'shape': (12, 2), }";
    const bytes = new Uint8Array(128 + 4 * values.length).fill(32, 10, 127);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    bytes.set(new TextEncoder().encode(header), 10);
    bytes[127] = 10;
    await Deno.writeFile(`${folder}/zeros.npy`, bytes);
    const path = await list(`name: l\nevaluate: [{ name: angles, protocol: angles, data: { ${FACES} } }]\n`);
    const { code, out, err } = await cli(
      "evaluate",
      path,
      "--embeddings",
      `${folder}/zeros.npy`,
      "--out",
      `${folder}/out`,
    );
    assertEquals([code, out], [70, ""], err);
    assertStringIncludes(err, "stored embeddings\nCannot");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).includes("out"), false);
  }));

Deno.test("evaluate refuses arguments that do not fit together, exit 2", () =>
  inFolder(async ({ run }) => {
    for (
      const [args, hint] of [
        [[], "Cannot evaluate nothing"],
        [["--run", run, "--weights", "w"], "--run with --weights"],
        [["l.yaml", "--weights", "w", "--embeddings", "e"], "--weights with --embeddings"],
        [["l.yaml", "--backbone", "iresnet50"], "it says what --weights belong to"],
        [["l.yaml", "--mirrored", "m"], "it goes with --embeddings"],
        [["l.yaml", "--protocol", "angles"], "the list says what is measured"],
        [["--run", run, "--reader", "image-folder"], "it goes with --protocol"],
        [["--protocol", "angles", "--data-of", "unseen"], "it names an evaluation of --run"],
        [["--run", run, "--protocol", "angles"], "or an evaluation of the run with --data-of: unseen, flipped, angles"],
        [["--run", run, "--protocol", "angles", "--data-of", "seen"], "it has unseen, flipped, angles"],
        [["--run", run, "--protocol", "angels", "--data-of", "angles"], 'Did you mean "angles"'],
        [["--run", run, "--protocol", "angles", "--data-of", "angles", "--set", "flip=1"], "protocol.… or data.…"],
        [["--run", `${run}/none`], "the folder of a run is wanted"],
        [
          ["--run", run, "--embeddings", "e", "--save-embeddings", "d"],
          "Cannot use --save-embeddings without a network",
        ],
        [["--run", run, "--embeddings", "e", "--backend", "cpu"], "Cannot use --backend without a network"],
        [["nowhere.yaml"], "nowhere.yaml"],
      ] as [string[], string][]
    ) {
      const { code, out, err } = await cli("evaluate", ...args);
      assertEquals([code, out], [2, ""], `${args}: ${err}`);
      assertStringIncludes(err, hint);
    }
    await Deno.remove(`${run}/weights.safetensors`);
    const { code, err } = await cli("evaluate", "--run", run);
    assertEquals(code, 3);
    assertStringIncludes(err, "it has no weights.safetensors");
  }));

Deno.test("evaluate works with the permissions of its task", () =>
  inFolder(async ({ folder, run }) => {
    const [program, ...flags] = project.tasks.evaluate.command.split(" ").slice(0, -2);
    const narrowed = flags.map((flag) => flag === "--allow-write=results" ? `--allow-write=${folder}` : flag);
    const args = [...narrowed, `${root}cli.ts`, "evaluate", "--run", run, "--out", `${folder}/again`];
    const { code, stdout, stderr } = await new Deno.Command(program!, { args, stdin: "null" }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertMatch(new TextDecoder().decode(stdout), /\nunseen +\d/);
    assertEquals((await Deno.stat(`${folder}/again/evaluation.json`)).isFile, true);
  }));
