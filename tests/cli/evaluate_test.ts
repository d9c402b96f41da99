/// `evaluate` on a tiny run of procedural faces, in this process and once as a process of its own.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Ajv } from "ajv";
import { parse } from "../../experiments/yaml.ts";
import project from "../../deno.json" with { type: "json" };
import { type EvaluationRecord, evaluationRecordJsonSchema } from "../../experiments/evaluation_record.ts";
import { evaluationListSchema } from "../../experiments/evaluation_schema.ts";
import type { RecordedMetric } from "../../experiments/record.ts";
import { recordedPairs } from "../../experiments/scored_pairs.ts";
import { readPairs } from "../../experiments/store/pairs.ts";
import { builtins } from "../../registry/mod.ts";
import { decodeSafeTensors, encodeSafeTensors } from "../../training/mod.ts";
import { cli, evaluate, FACES, inFolder, TINY, UNSEEN } from "./evaluate_helpers.ts";

const root = new URL("../../", import.meta.url).pathname;
const plugins = new URL("../fixtures/evaluation/template_plugins.ts", import.meta.url).pathname;

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
