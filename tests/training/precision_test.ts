import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { convnet, iresnet, mobilefacenet } from "../../backbones/catalogue.ts";
import type { BackbonePlugin, ImageShape } from "../../backbones/backbone.ts";
import { arcface } from "../../losses/catalogue.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { DivergenceError } from "../../training/divergence.ts";
import { createLossScale, LEAST_FACTOR } from "../../training/loss_scale.ts";
import { sgd } from "../../training/sgd.ts";
import { type StepEvent, train, trainableOf } from "../../training/trainer.ts";
import { testOnBackends } from "../backends.ts";

const SHAPE: ImageShape = [16, 16, 1], CLASSES = 4, BATCH = 8;

/** Trains on noisy class patterns; gives the events and the last factor of the loss. */
async function run(
  plugin: BackbonePlugin,
  params: object,
  precision: "f32" | "f16",
  { initial = 65_536, accumulate = 1, checkpointing = false, sampleRate = 1, clip = 0 } = {},
) {
  const random = createRandom(0, "init");
  const backbone = plugin.create(plugin.params.parse(params), { shape: SHAPE, random, precision, checkpointing });
  const context = { embedding: backbone.embedding, classes: CLASSES, random };
  const heads = [{
    head: arcface.create(arcface.params.parse({ s: 8, m: 0.2, sampleRate }), context),
    weight: 1,
  }] as const;
  const optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, heads));
  const lossScale = precision === "f16" ? createLossScale({ initial }) : undefined;
  const events: StepEvent[] = [];
  const generator = train({
    backbone,
    heads,
    optimizer,
    ...lossScale ? { lossScale } : {},
    ...clip > 0 ? { clip: { norm: clip, of: "all" } } : {},
    learningRate: () => 0.004,
    steps: 12,
    accumulate,
    shape: SHAPE,
    random: createRandom(0, "dropout"),
    batch(step) {
      const noise = createRandom(0, `batch/${step}`);
      const labels = Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES);
      const images = Float32Array.from({ length: BATCH * 256 }, (_, i) => {
        return Math.sin((i % 256) * (1 + labels[Math.floor(i / 256)]!)) + 0.1 * noise.normal();
      });
      return Promise.resolve({ images, labels });
    },
  });
  for await (const event of generator) events.push(event);
  const factor = await lossScale?.read();
  backbone.dispose();
  heads[0].head.dispose();
  optimizer.dispose();
  lossScale?.dispose();
  return { events, factor };
}

for (
  const [plugin, params, alike] of [
    [convnet, { blocks: 2, width: 8, embedding: 8, dropout: 0.2 }, 3],
    [iresnet, { stages: [1, 1, 1, 1], widths: [8, 8, 8, 8], embedding: 8, dropout: 0 }, 3],
    [iresnet, { stages: [1, 1, 1, 1], widths: [16, 16, 16, 16], embedding: 8, output: "C", se: true }, 3],
    // Its last map is a single pixel here, so that batch norms see eight values: rounding parts the paths at once.
    [mobilefacenet, { blocks: [1, 1, 1, 1], embedding: 8 }, 1],
  ] as const
) {
  testOnBackends(
    `${plugin.name} ${JSON.stringify(params)} trains in float16 nearly as in float32, and leaks nothing`,
    async () => {
      const full = await run(plugin, params, "f32"), before = tf.memory().numTensors;
      const half = await run(plugin, params, "f16", { initial: 64 });
      assertEquals(tf.memory().numTensors, before);
      half.events.slice(0, alike).forEach(({ loss }, i) => {
        assert(Math.abs(loss / full.events[i]!.loss - 1) < 0.05, `step ${i + 1}: ${loss} ${full.events[i]!.loss}`);
      });
      const last = ({ events }: typeof full) => events.at(-1)!.loss;
      assert(last(half) < 0.9 * half.events[0]!.loss, `${half.events[0]!.loss} to ${last(half)}`);
    },
    ["webgpu"],
  );
}

testOnBackends(
  "createLossScale() halves at an overflow, whose update is left out, and doubles after a while",
  async () => {
    const wild = await run(convnet, { blocks: 2, width: 8, embedding: 8 }, "f16", { initial: 2 ** 40 });
    assert(wild.factor! < 2 ** 40 && wild.events.every(({ loss }) => Number.isFinite(loss)));
    const scale = createLossScale({ initial: 4, growthInterval: 2 });
    const good = tf.ones([3]), bad = tf.tensor1d([1, NaN]);
    const seen: number[][] = [];
    for (const gradient of [good, good, bad, good, good]) {
      const gate = scale.accept([gradient]);
      seen.push([...await gate.data(), await scale.read()]);
      gate.dispose();
    }
    assertEquals(seen, [[1 / 4, 1, 4], [1 / 4, 1, 8], [1 / 8, 0, 4], [1 / 4, 1, 4], [1 / 4, 1, 8]]);
    assertEquals([...await scale.state[0]!.variable.data()], [8, 0]);
    tf.dispose([good, bad]);
    scale.dispose();
  },
  ["webgpu"],
);

testOnBackends(
  "float16 goes with parts of a batch, checkpointing and sampled classes, to the same bits again",
  async () => {
    const params = { blocks: 2, width: 8, embedding: 8, dropout: 0.2 };
    const options = { initial: 64, accumulate: 2, checkpointing: true, sampleRate: 0.8 };
    const before = tf.memory().numTensors;
    const first = await run(convnet, params, "f16", options), again = await run(convnet, params, "f16", options);
    assertEquals(again, first);
    assert(first.events.every(({ loss }) => Number.isFinite(loss)));
    assertEquals(tf.memory().numTensors, before);
  },
  ["webgpu"],
);

testOnBackends("float16 clips gradients after the loss scale is undone, and leaves overflow out", async () => {
  const params = { blocks: 2, width: 8, embedding: 8 };
  const free = await run(convnet, params, "f16", { initial: 64 }), norm = free.events[0]!.gradientNorm / 2;
  const clipped = await run(convnet, params, "f16", { initial: 64, clip: norm });
  assertEquals(clipped.events[0]!.gradientNorm, free.events[0]!.gradientNorm);
  assert(Math.abs(clipped.events[0]!.clipFactor! - 0.5) < 1e-3, `${clipped.events[0]!.clipFactor}`);
  assert(clipped.events.at(-1)!.loss < clipped.events[0]!.loss);
  const wild = await run(convnet, params, "f16", { initial: 2 ** 40, clip: norm });
  assert(wild.factor! < 2 ** 40 && wild.events.every(({ loss }) => Number.isFinite(loss)));
}, ["webgpu"]);

testOnBackends("gradients that overflow whatever the loss scale end the run as diverged", async () => {
  const scale = createLossScale({ initial: 2 ** -12 }), bad = tf.tensor1d([NaN]);
  for (let i = 0; i < 4; i++) scale.accept([bad]).dispose();
  assertEquals(await scale.read(), LEAST_FACTOR);
  tf.dispose(bad);
  scale.dispose();
  const diverging = run(convnet, { blocks: 2, width: 8, embedding: 8 }, "f16", { initial: LEAST_FACTOR });
  const error = await assertRejects(() => diverging, DivergenceError);
  assertStringIncludes(error.message, "float16 gradients, whatever the loss scale");
}, ["webgpu"]);
