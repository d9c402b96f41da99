import { assertEquals, assertRejects } from "@std/assert";
import { Ajv } from "ajv";
import { parse } from "../../experiments/yaml.ts";
import { checkEvaluation, loadEvaluationList } from "../../experiments/evaluation_list.ts";
import { evaluationListSchema } from "../../experiments/evaluation_schema.ts";
import { ManifestError } from "../../experiments/manifest.ts";
import { base, registries } from "./manifest_helpers.ts";

const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false })
  .compile(evaluationListSchema(registries));

const PAIRS = "{ reader: synthetic-face-pairs }";
const LIST = `name: six
embeddings: all.npz
evaluate:
  - { name: a, protocol: verification, data: ${PAIRS} }
  - { name: b, protocol: verification, flip: true, data: ${PAIRS}, embeddings: { path: a.npy, mirrored: b.npy } }
`;

function load(text: string, files: Record<string, string> = {}, overrides: string[] = []) {
  const all: Record<string, string> = { "l.yaml": text, ...files };
  return loadEvaluationList("l.yaml", { read: (path) => Promise.resolve(all[path]!), registries, overrides });
}

/** The lines of the error that loading ends with. */
async function problemsOf(text: string): Promise<string[]> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split("\n");
    throw error;
  }
  return [];
}

Deno.test("loadEvaluationList() gives every parameter, and whose embeddings are meant", async () => {
  const { name, embeddings, evaluations } = await load(LIST, {}, ["evaluate.a.far=[0.5]"]);
  assertEquals([name, embeddings], ["six", "all.npz"]);
  assertEquals(evaluations.map(({ name, protocol, embeddings }) => [name, protocol, embeddings]), [
    ["a", { protocol: "verification", flip: false, far: [0.5] }, undefined],
    ["b", { protocol: "verification", flip: true, far: [1e-2, 1e-3] }, { path: "a.npy", mirrored: "b.npy" }],
  ]);
  assertEquals(evaluations[0]!.data["perFold"], 600);
});

Deno.test("loadEvaluationList() takes the evaluations of a manifest, also of one that extends another", async () => {
  const direct = await load(base), inherited = await load("extends: m.yaml\nname: child\n", { "m.yaml": base });
  assertEquals([direct.name, inherited.name], ["tiny", "child"]);
  assertEquals(direct.evaluations.map(({ name }) => name), ["unseen"]);
  assertEquals(inherited.evaluations, direct.evaluations);
});

Deno.test("loadEvaluationList() refuses a manifest whose rows evaluate differently, or that evaluates nothing", async () => {
  const rows = `ablation: { rows: [{ label: a, evaluate: [] }, { label: b }] }\n`;
  const none = base.slice(0, base.indexOf("evaluate:")) + "evaluate: []\n";
  for (const [text, why] of [[base + rows, "its rows evaluate differently"], [none, "it evaluates nothing"]] as const) {
    await assertRejects(() => load(text), RangeError, `Cannot take the evaluations of l.yaml: ${why}`);
  }
});

Deno.test("evaluationListSchema() and loadEvaluationList() agree on what is legal", async () => {
  for (
    const [change, legal] of [
      [(text: string) => text, true],
      [(text: string) => text.replace("embeddings: all.npz\n", ""), true],
      [(text: string) => text.replace("embeddings: all.npz", "embeddings:"), true],
      [(text: string) => text.replace("embeddings: all.npz", "embedings: all.npz"), false],
      [(text: string) => text.replace("embeddings: all.npz", "embeddings: [all.npz]"), false],
      [(text: string) => text.replace("path: a.npy, ", ""), false],
      [(text: string) => text.replace("flip: true", "flop: true"), false],
      [(text: string) => text.replace("name: six\n", ""), false],
      [(text: string) => text.replace("reader: synthetic-face-pairs", "reader: synthetic-faces"), false],
      [(text: string) => text.slice(0, text.indexOf("  -")), false],
      [(text: string) => text.slice(0, text.indexOf("evaluate")) + "evaluate: []\n", false],
    ] as const
  ) {
    const text = change(LIST);
    assertEquals([validate(parse(text)), (await problemsOf(text)).length === 0], [legal, legal], text);
  }
});

Deno.test("loadEvaluationList() reports every problem at its place", async () => {
  const text = LIST.replace("name: six", "nam: six").replace("flip: true", "flip: 3").replace("name: b", "name: a");
  assertEquals((await problemsOf(text)).map((line) => line.split(": ")[0]), [
    "l.yaml:1:1",
    "l.yaml:1:1",
    "l.yaml:5:46",
  ]);
  assertEquals(await problemsOf("name: six\nevaluate:\n"), [
    'l.yaml:1:1: Missing key "evaluate": what is measured, each with a name, a protocol and its data',
  ]);
});

Deno.test("checkEvaluation() names the evaluation after its protocol and sets what overrides name", async () => {
  const options = { name: "one", file: "--protocol", registries };
  const given = { protocol: "verification", data: { reader: "synthetic-face-pairs" } };
  const { evaluations: [one] } = await checkEvaluation(given, {
    ...options,
    overrides: ["protocol.flip=true", "data.folds=2"],
  });
  assertEquals([one!.name, one!.protocol["flip"], one!.data["folds"]], ["verification", true, 2]);
  await assertRejects(
    () => checkEvaluation(given, { ...options, overrides: ["flip=true"] }),
    ManifestError,
    "Cannot set flip of one evaluation: wanted protocol.… or data.…, such as data.path=faces.zip",
  );
});
