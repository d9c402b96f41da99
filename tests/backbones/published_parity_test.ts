import { assert, assertEquals } from "@std/assert";
import type { Backbone, BackbonePlugin, ImageShape } from "../../backbones/backbone.ts";
import { iresnet, iresnet18, mobilefacenet } from "../../backbones/catalogue.ts";
import { arcface } from "../../losses/catalogue.ts";
import type { Parameter } from "../../tensor/parameter.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { fromTorch, toTorch } from "../../tensor/torch_layout.ts";
import { decodeSafeTensors } from "../../training/safetensors.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";
import { hashed, hashedWeight } from "./hashed.ts";

const BATCH = 6, CLASSES = 7, SAMPLES = 8;
const FOLDER = new URL("../fixtures/parity/", import.meta.url);
const small = { stages: [1, 1, 1, 1], widths: [4, 4, 6, 8], embedding: 8 };

interface Case {
  /** Name of the fixture. */
  readonly name: string;
  readonly plugin: BackbonePlugin;
  readonly params: Record<string, unknown>;
  readonly shape: ImageShape;
  /** Whether the fixture has the weights and the whole gradients. */
  readonly whole: boolean;
}

const cases: Case[] = [
  {
    name: "iresnet18",
    plugin: iresnet18,
    params: { widths: [8, 8, 12, 16], embedding: 16, dropout: 0 },
    shape: [32, 32, 3],
    whole: true,
  },
  { name: "iresnet-a", plugin: iresnet, params: { ...small, output: "A" }, shape: [20, 20, 3], whole: true },
  {
    name: "iresnet-d-se",
    plugin: iresnet,
    params: { ...small, widths: [16, 16, 16, 32], output: "D", se: true },
    shape: [20, 20, 3],
    whole: true,
  },
  {
    name: "iresnet-gdc",
    plugin: iresnet,
    params: { ...small, output: "GDC", epsilon: 2e-5 },
    shape: [36, 36, 3],
    whole: true,
  },
  { name: "mobilefacenet", plugin: mobilefacenet, params: {}, shape: [40, 32, 3], whole: false },
  {
    name: "mobilefacenet-y1",
    plugin: mobilefacenet,
    params: { scale: 1, embedding: 128 },
    shape: [40, 32, 3],
    whole: false,
  },
  {
    name: "mobilefacenet-blocks",
    plugin: mobilefacenet,
    params: { blocks: [2, 1, 1, 1], scale: 4, embedding: 64 },
    shape: [24, 24, 3],
    whole: false,
  },
];

async function readFixture(name: string): Promise<Map<string, { shape: readonly number[]; values: Float32Array }>> {
  const { tensors } = decodeSafeTensors(await Deno.readFile(new URL(`${name}.safetensors`, FOLDER)));
  return new Map(tensors.map(({ name, ...tensor }) => [name, tensor]));
}

/** Builds the backbone of a case with the weights of its fixture, or those that its names give. */
async function build({ name, plugin, params, shape, whole }: Case): Promise<Backbone> {
  const backbone = plugin.create(plugin.params.parse(params), { shape, random: createRandom(0, "init") });
  const file = whole ? await readFixture(name) : undefined;
  if (file) assertEquals(backbone.parameters.map(({ name }) => name).sort(), [...file.keys()].sort());
  for (const { name, variable, layout } of backbone.parameters) {
    const { shape } = toTorch(new Float32Array(variable.size), variable.shape, layout);
    const stored = file?.get(name) ?? { shape, values: hashedWeight(name, shape) };
    const own = fromTorch(stored.values, stored.shape, layout);
    assertEquals(own.shape, variable.shape, name);
    tf.tidy(() => variable.assign(tf.tensor(own.values, own.shape)));
  }
  return backbone;
}

function images([height, width, channels]: ImageShape, seed: Float32Array): tf.Tensor4D {
  return tf.tensor4d(hashed(`images ${seed[0]}`, BATCH * height * width * channels), [BATCH, height, width, channels]);
}

/** Euclidean length. */
function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** A gradient as its fixture has it: norm, product with a hashed vector, and a few values. */
function summary(name: string, gradient: Float32Array): Float32Array {
  const probe = hashed(`probe ${name}`, gradient.length);
  const last = gradient.length - 1,
    at = Array.from({ length: SAMPLES }, (_, k) => Math.floor(k * last / (SAMPLES - 1)));
  const product = gradient.reduce((sum, value, i) => sum + value * probe[i]!, 0);
  return Float32Array.of(norm(gradient), product, ...at.map((i) => gradient[i]!));
}

for (const test of cases) {
  testOnBackends(`${test.plugin.name} (${test.name}) embeds as PyTorch does`, async () => {
    const fixture = await readFixture(`${test.name}.expected`), expected = fixture.get("embeddings")!;
    const backbone = await build(test), batch = images(test.shape, fixture.get("seed")!.values);
    const embeddings = backbone.forward(batch, { training: false });
    assertEquals(embeddings.shape, [...expected.shape]);
    assertClose(await embeddings.data(), expected.values, 1e-4, "embeddings");
    tf.dispose([batch, embeddings]);
    backbone.dispose();
  }, ["wasm", "webgpu"]);

  testOnBackends(`${test.plugin.name} (${test.name}) has PyTorch's loss and gradients in an ArcFace step`, async () => {
    const expected = await readFixture(`${test.name}.expected`), backbone = await build(test);
    const { embedding } = backbone, context = { embedding, classes: CLASSES, random: createRandom(0, "head") };
    const head = arcface.create(arcface.params.parse({ s: 64, m: 0.5 }), context);
    const weights = head.parameters[0]!;
    tf.tidy(() => weights.variable.assign(tf.tensor2d(hashed("head", CLASSES * embedding), [CLASSES, embedding])));
    const batch = images(test.shape, expected.get("seed")!.values);
    const labels = tf.tensor1d(Array.from({ length: BATCH }, (_, i) => i * 5 % CLASSES), "int32");
    const trainable: Parameter[] = [...backbone.parameters.filter(({ trainable }) => trainable), weights];
    const { value, grads } = tf.variableGrads(
      () => head.loss(backbone.forward(batch, { training: true }), labels).loss,
      trainable.map(({ variable }) => variable),
    );
    assertClose(await value.data(), expected.get("loss")!.values, 1e-4, "loss");
    const names = trainable.map((parameter) => parameter === weights ? "head" : parameter.name);
    const wanted = [...expected.keys()].filter((name) => name.startsWith("gradient "));
    assertEquals(names.map((name) => `gradient ${name}`).sort(), wanted.sort());
    const found = await Promise.all(trainable.map(async ({ variable, layout }) => {
      const gradient = await grads[variable.name]!.data() as Float32Array;
      return toTorch(gradient, variable.shape, layout).values;
    }));
    const largest = Math.max(...found.map(norm));
    for (const [i, name] of names.entries()) {
      const gradient = test.whole ? found[i]! : summary(name, found[i]!),
        { values } = expected.get(`gradient ${name}`)!;
      assertEquals(gradient.length, values.length, name);
      // A bias before a batch norm has a zero gradient, which rounding alone fills: it is held to the largest gradient.
      const scale = Math.max(test.whole ? norm(values) : values[0]!, 1e-4 * largest);
      const off = norm(values.map((value, k) => value - gradient[k]!)) / scale;
      assert(off <= 1e-3, `gradient of ${name} is off by ${off} of its norm`);
    }
    tf.dispose([batch, labels, value, ...Object.values(grads)]);
    head.dispose();
    backbone.dispose();
  }, ["wasm", "webgpu"]);
}
