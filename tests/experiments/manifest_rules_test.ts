import { z } from "zod";
import { defineHead, type HeadDefinition } from "../../losses/head.ts";
import { defineSchedule } from "../../training/optimizer.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { base, problemsOf, registries, withLine } from "./manifest_helpers.ts";

Deno.test("loadManifest() stops aliases that expand without end", async () => {
  const bomb = ["a: &a [1,1,1,1,1,1,1,1,1,1]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg"]) {
    bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`)}]`);
  }
  const lines = await problemsOf(bomb.join("\n"));
  assertEquals(lines.length, 1);
  assertStringIncludes(lines[0]!, "aliases expand to more than 100000 values");
});

Deno.test("anchors and aliases share values", async () => {
  const text = base.replace("size: [28, 28]", "size: &size [28, 28]").replace(
    "b.zip, size: [28, 28]",
    "b.zip, size: *size",
  );
  assertEquals(await problemsOf(text), []);
});

Deno.test("extends in a circle, and of a file that is not there, is told", async () => {
  assertEquals(await problemsOf({ "m.yaml": "extends: b.yaml\n", "b.yaml": "extends: m.yaml\n" }), [
    'b.yaml:1:10: Cannot extend in a circle: "m.yaml" extends "b.yaml" extends "m.yaml"',
  ]);
  assertEquals(await problemsOf("extends: sub/b.yaml\n"), [
    'm.yaml:1:10: Cannot read the manifest "sub/b.yaml": there is no such file',
  ]);
});

Deno.test("the same mistake in fifty rows is one problem", async () => {
  const values = Array.from({ length: 50 }, (_, i) => (i + 1) / 100);
  const text = withLine("train", "train: { steps: -1, batchSize: 4 }") +
    `ablation: { grid: { head.m: [${values}] } }\n`;
  assertEquals(await problemsOf(text), [
    "m.yaml:6:17: Cannot use steps of train: found -1, wanted an integer from 0 to 1000000000",
  ]);
});

Deno.test("malformed overrides are told", async () => {
  assertEquals(await problemsOf(base, { overrides: ["head.m", "a..b=1", "head.m=[1"] }), [
    '--set a..b=1:1:7: Cannot read the override "a..b=1": wanted a dotted path, = and a value, such as head.m=0.4',
    '--set head.m:1:7: Cannot read the override "head.m": wanted a dotted path, = and a value, such as head.m=0.4',
    "--set head.m=[1:1:16: Cannot read YAML: Flow sequence must end with a ]; check brackets, quotes and colons here " +
    "and on the line before",
  ]);
});

Deno.test("a schedule that refuses its steps, or gives no rate, is told at its section", async () => {
  const schedule = (create: (steps: number) => (step: number) => number) =>
    registries.schedule.with([
      defineSchedule({
        name: "odd",
        version: "1.0.0",
        summary: "For this test",
        reference: "https://example.org",
        params: z.strictObject({}),
        create: (_, steps) => create(steps),
      }),
    ], "test");
  const text = withLine("schedule", "schedule: { name: odd }");
  const refused = schedule((steps) => {
    throw new RangeError(`it wants a hundred steps, found ${steps}`);
  });
  assertEquals(await problemsOf(text, { registries: { ...registries, schedule: refused } }), [
    'm.yaml:5:11: Cannot use schedule "odd" for 10 steps: it wants a hundred steps, found 10',
  ]);
  const negative = schedule((steps) => (step) => 1 - step / (steps - 2));
  assertEquals(await problemsOf(text, { registries: { ...registries, schedule: negative } }), [
    'm.yaml:5:11: Cannot use schedule "odd" for 10 steps: its learning rate at step 9 is -0.125, wanted 0 or more',
  ]);
});

Deno.test("loadManifest() takes class weights of the training data, and refuses heads that have none", async () => {
  const data = "{ reader: image-folder, path: a.zip, size: [28, 28], channels: 1 }";
  const text = (protocol: string) =>
    `${base.slice(0, base.indexOf("evaluate"))}evaluate: [{ name: seen, ${protocol}, data: ${data} }]\n`;
  for (const protocol of ["protocol: angles, weights: true", "protocol: dominant-centre"]) {
    assertEquals(await problemsOf(text(protocol)), []);
    const train = withLine(
      "train",
      "train: { steps: 10, batchSize: 4, sampler: { name: identity, images: 2 } }",
      text(protocol),
    );
    const [problem, ...others] = await problemsOf(withLine("head", "head: { name: triplet }", train));
    assertStringIncludes(problem!, 'measures class weights, and head "triplet" has none');
    assertEquals(others, []);
  }
  // Without class weights, the data may be any images.
  assertEquals(await problemsOf(text("protocol: angles").replace(/path: a\.zip(?=[^\n]*\}\]\n$)/, "path: b.zip")), []);
});

/** Tables with a head "pull" of these traits. */
function withPull(traits: Partial<HeadDefinition<z.ZodObject>>) {
  const pull = defineHead({
    name: "pull",
    version: "1.0.0",
    summary: "For this test",
    reference: "https://example.org",
    params: z.strictObject({}),
    size: () => 100,
    create: () => ({ parameters: [], loss: () => ({ loss: null as never, statistics: {} }), dispose: () => {} }),
    ...traits,
  });
  return { registries: { ...registries, head: registries.head.with([pull], "test") } };
}

Deno.test("a head that wants positives is refused with a sampler that does not see to them", async () => {
  const tables = withPull({ needsPositives: true });
  const message =
    'Cannot use head "pull" with sampler "shuffle": it wants several images of one identity in a batch, ' +
    "use train.sampler: { name: identity, images: 4 }";
  const main = withLine("head", "head: { name: pull }"), beside = base + "auxiliary: [{ name: pull, weight: 0.1 }]\n";
  assertEquals(await problemsOf(main, tables), [`m.yaml:4:7: ${message}`]);
  assertEquals(await problemsOf(beside, tables), [`m.yaml:11:12: ${message}`]);
  for (const text of [main, beside]) {
    const train = "train: { steps: 10, batchSize: 4, sampler: { name: identity, images: 2 } }";
    assertEquals(await problemsOf(withLine("train", train, text), tables), []);
  }
});

Deno.test("triplets are refused where a part of a batch has one identity", async () => {
  const train = (more: string) => `train: { steps: 10, batchSize: 8, sampler: { name: identity, images: 4 }${more} }`;
  const text = (more: string) => withLine("train", train(more), withLine("head", "head: { name: triplet }"));
  assertEquals(await problemsOf(text("")), []);
  const [problem] = await problemsOf(text(", accumulate: 2"));
  assertStringIncludes(problem!, 'Cannot use head "triplet" on parts of 4 images, 4 of each identity');
});

Deno.test("losses on class weights are refused alone and beside heads without one weight a class", async () => {
  const beside = (head: string) => withLine("head", `head: { name: ${head} }`) + "auxiliary: [{ name: intra }]\n";
  assertEquals(await problemsOf(beside("norm-softmax")), []);
  for (
    const [head, found] of [["subcenter-arcface", "found 3 class weights a class"], [
      "dynamic-margin",
      "found 3",
    ]] as const
  ) {
    const [problem, ...others] = await problemsOf(beside(head));
    assertStringIncludes(problem!, found);
    assertEquals(others, []);
  }
  assertStringIncludes(
    (await problemsOf(withLine("head", "head: { name: inter }")))[0]!,
    "it moves class weights alone",
  );
});

Deno.test("a head on the main head's class weights is refused beside one that samples them", async () => {
  const tables = withPull({ sharesClassWeights: true });
  const text = base + "auxiliary: [{ name: pull }, { name: softmax }]\n";
  assertEquals(await problemsOf(text, tables), []);
  assertEquals(
    await problemsOf(withLine("head", "head: { name: arcface, m: 0.5, s: 16, sampleRate: 0.5 }", text), tables),
    [
      'm.yaml:11:12: Cannot use head "pull" as an auxiliary loss with a sampleRate of 0.5 of head: it moves all class ' +
      "weights, of which the main head moves a sample, wanted a sampleRate of 1",
    ],
  );
});

Deno.test("loadManifest() wants weights to be a .safetensors file, and a backbone that has some", async () => {
  const wanted = "wanted a path in the data folder that ends in .safetensors";
  for (const [written, found] of [["r50.onnx", '"r50.onnx"'], ["7", "7"], ["[a.safetensors]", "a list"]]) {
    assertEquals(await problemsOf(base + `weights: ${written}\n`), [
      `m.yaml:11:10: Cannot use weights: found ${found}, ${wanted}`,
    ]);
  }
  assertEquals(
    await problemsOf(withLine("backbone", "backbone: { name: pixels }", base) + "weights: r50.safetensors\n"),
    ['m.yaml:11:10: Cannot start from "r50.safetensors": backbone "pixels" has no weights, leave the file out'],
  );
  assertEquals(await problemsOf(base + "weights:\n"), []);
});

Deno.test("loadManifest() refuses to train and measure stored embeddings instead", async () => {
  const faces = "{ reader: image-folder, path: b.zip, size: [28, 28], channels: 1 }";
  const of = (data: string, protocol = "ijb-verification") =>
    problemsOf(base.replace(/evaluate:[^]*/, `evaluate: [{ name: e, protocol: ${protocol}, data: ${data} }]\n`));
  const ijb = "reader: ijb, meta: meta, set: ijbc, images: crops, size: [28, 28], channels: 1";
  assertEquals(await of(`{ ${ijb} }`), []);
  const [problem, ...others] = await of(`{ ${ijb}, embeddings: { path: e.npy } }`);
  assertEquals(others, []);
  assertStringIncludes(problem!, 'm.yaml:7:11: Cannot run evaluation "e": reader "ijb" gives stored embeddings, and');
  const nested = (from: string) => of(`{ reader: sampled-pairs, from: ${from} }`, "verification");
  assertEquals(await nested(faces), []);
  assertStringIncludes((await nested("{ reader: embeddings, path: e.npz }"))[0]!, 'reader "embeddings" gives stored');
});
