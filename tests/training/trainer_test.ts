import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Backbone, ImageShape } from "../../backbones/backbone.ts";
import { convnet } from "../../backbones/catalogue.ts";
import { arcface, normSoftmax, softmax } from "../../losses/catalogue.ts";
import type { HeadPlugin } from "../../losses/head.ts";
import { createRandom } from "../../tensor/random.ts";
import { memoryInUse } from "../../tensor/memory.ts";
import { tf } from "../../tensor/tf.ts";
import { loadCheckpoint, readParameters, saveCheckpoint } from "../../training/checkpoint.ts";
import { DivergenceError } from "../../training/divergence.ts";
import type { Optimizer } from "../../training/optimizer.ts";
import { sgd } from "../../training/sgd.ts";
import { type StepEvent, train, trainableOf, type TrainOptions, type WeightedHead } from "../../training/trainer.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";

const SHAPE: ImageShape = [8, 8, 1], CLASSES = 4, BATCH = 12;

/** Images of four classes: noise around a class pattern. */
function batch(step: number): Promise<{ images: Float32Array; labels: Int32Array }> {
  const random = createRandom(0, `batch/${step}`);
  const labels = Int32Array.from({ length: BATCH }, () => random.integer(CLASSES));
  const images = Float32Array.from({ length: BATCH * 64 }, (_, i) => {
    const pattern = createRandom(labels[Math.floor(i / 64)]!, `pattern/${i % 64}`).normal();
    return pattern + 0.3 * random.normal();
  });
  return Promise.resolve({ images, labels });
}

interface Setup {
  readonly options: TrainOptions;
  readonly groups: Parameters<typeof saveCheckpoint>[0];
  dispose(): void;
}

function setup(
  changes: Partial<TrainOptions> & { head?: HeadPlugin; headParams?: Record<string, unknown>; auxiliary?: number } = {},
): Setup {
  const { head: plugin = arcface, headParams = { s: 8, m: 0.3 }, auxiliary, ...rest } = changes;
  const random = createRandom(0, "init");
  const backbone: Backbone = convnet.create(convnet.params.parse({ blocks: 2, width: 6, embedding: 8, dropout: 0.3 }), {
    shape: SHAPE,
    random,
  });
  const make = (plugin: HeadPlugin, params: Record<string, unknown>) =>
    plugin.create(plugin.params.parse(params), { embedding: 8, classes: CLASSES, random });
  const heads: [WeightedHead, ...WeightedHead[]] = [{ head: make(plugin, headParams), weight: 1 }];
  if (auxiliary !== undefined) heads.push({ head: make(softmax, {}), weight: auxiliary });
  const optimizer: Optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, heads));
  return {
    options: {
      backbone,
      heads,
      optimizer,
      learningRate: () => 0.05,
      steps: 30,
      shape: SHAPE,
      batch,
      random: createRandom(0, "dropout"),
      ...rest,
    },
    groups: { backbone: backbone.parameters, head: heads[0].head.parameters, optimizer: optimizer.state },
    dispose() {
      backbone.dispose();
      heads.forEach(({ head }) => head.dispose());
      optimizer.dispose();
    },
  };
}

async function collect(options: TrainOptions, until = Infinity): Promise<StepEvent[]> {
  const events: StepEvent[] = [];
  for await (const event of train(options)) {
    events.push(event);
    if (event.step >= until) break;
  }
  return events;
}

testOnBackends("train() lowers the loss and leaks no tensor", async () => {
  const { options, dispose } = setup();
  await collect({ ...options, steps: 1 });
  const before = tf.memory().numTensors;
  const events = await collect({ ...options, from: 1 });
  assertEquals(tf.memory().numTensors, before);
  assertEquals(events.map(({ step }) => step), Array.from({ length: 29 }, (_, i) => i + 2));
  const mean = (part: StepEvent[]) => part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
  assert(mean(events.slice(-5)) < 0.6 * mean(events.slice(0, 5)), `${mean(events.slice(-5))}`);
  assert(events.every(({ gradientNorm, statistics }) => gradientNorm > 0 && statistics.targetAngle! > 0));
  dispose();
}, ["wasm", "webgpu"]);

testOnBackends(
  "train() resumed from a checkpoint ends with the same bytes as one that was not interrupted",
  async () => {
    const whole = setup();
    const straight = await collect(whole.options);
    const expected = await readParameters(whole.groups);
    whole.dispose();

    const first = setup();
    await collect(first.options, 11);
    const bytes = await saveCheckpoint(first.groups, { step: 11, run: "r", backend: "wasm", seconds: 1 });
    first.dispose();
    const second = setup();
    const { step } = loadCheckpoint(bytes, second.groups, { run: "r", backend: "wasm" });
    const resumed = await collect({ ...second.options, from: step });
    assertEquals(resumed, straight.slice(11));
    assertEquals(await readParameters(second.groups), expected);
    second.dispose();
  },
  ["wasm"],
);

testOnBackends(
  "train() stops at the first loss that is not finite, before the update, and names the tensor",
  async () => {
    const poisoned = setup({
      batch: async (step) => {
        const { images, labels } = await batch(step);
        if (step === 2) images[5] = NaN;
        return { images, labels };
      },
    });
    const error = await assertRejects(() => collect(poisoned.options), DivergenceError, "diverged at step 3");
    assertEquals([error.step, error.tensor], [3, "images"]);
    poisoned.dispose();

    const wild = setup({ head: normSoftmax, headParams: { s: 64 }, learningRate: (step) => step < 1 ? 0.05 : 1e38 });
    const blown = await assertRejects(() => collect(wild.options), DivergenceError);
    assert(blown.step >= 3 && blown.tensor !== "images", `${blown.step} ${blown.tensor}`);
    wild.dispose();
  },
  ["wasm"],
);

testOnBackends("train() adds auxiliary losses with their weights", async () => {
  const loss = async (auxiliary?: number) => {
    const { options, dispose } = setup({ steps: 1, ...auxiliary === undefined ? {} : { auxiliary } });
    const [event] = await collect(options);
    dispose();
    return event!.loss;
  };
  const plain = await loss(), one = await loss(1), half = await loss(0.5);
  assert(one > plain);
  assert(Math.abs((half - plain) - (one - plain) / 2) < 1e-4);
}, ["wasm"]);

testOnBackends("train() gives the same bytes however often it tells", async () => {
  const run = async (changes: Partial<TrainOptions>) => {
    const { options, groups, dispose } = setup({ steps: 12, ...changes });
    const before = tf.memory().numTensors;
    const events = await collect(options);
    assertEquals(tf.memory().numTensors, before);
    const weights = await readParameters(groups);
    dispose();
    return { steps: events.map(({ step }) => step), last: events.at(-1), weights };
  };
  const often = await run({}), seldom = await run({ logEvery: 5, pauseAt: (step) => step === 7 });
  assertEquals(seldom.steps, [5, 7, 10, 12]);
  assertEquals([seldom.last, seldom.weights], [often.last, often.weights]);
}, ["wasm", "webgpu"]);

testOnBackends("train() names the step whose loss was not finite, also between events", async () => {
  const poisoned = setup({
    logEvery: 10,
    batch: async (step) => {
      const { images, labels } = await batch(step);
      if (step === 3) images[5] = NaN;
      return { images, labels };
    },
  });
  const error = await assertRejects(() => collect(poisoned.options), DivergenceError);
  assertEquals(error.step, 4);
  poisoned.dispose();
}, ["wasm"]);

testOnBackends("train() averages the gradients of the parts of a batch", async () => {
  // The softmax of plain linear features: without batch norm, parts add up to the whole.
  const run = async (accumulate: number) => {
    const weight = tf.variable(tf.tensor2d(Float32Array.from({ length: 64 * 8 }, (_, i) => Math.sin(i)), [64, 8]));
    const backbone: Backbone = {
      parameters: [{ name: "w", role: "weight", trainable: true, variable: weight }],
      embedding: 8,
      forward: (images) =>
        tf.tidy(() => tf.matMul(tf.reshape(images, [images.shape[0], 64]) as tf.Tensor2D, weight as tf.Tensor2D)),
      dispose: () => weight.dispose(),
    };
    const head = softmax.create(softmax.params.parse({}), {
      embedding: 8,
      classes: CLASSES,
      random: createRandom(0, "init"),
    });
    const heads: [WeightedHead] = [{ head, weight: 1 }];
    const optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, heads));
    const { options, dispose } = setup();
    const before = tf.memory().numTensors;
    const events = await collect({ ...options, backbone, heads, optimizer, steps: 5, accumulate });
    assertEquals(tf.memory().numTensors, before);
    dispose();
    backbone.dispose();
    head.dispose();
    optimizer.dispose();
    return events.map(({ loss, gradientNorm }) => [loss, gradientNorm]).flat();
  };
  assertClose(await run(3), await run(1), 1e-5);
}, ["wasm"]);

testOnBackends("train() with checkpointing gives the same bytes as without", async () => {
  const run = async (checkpointing: boolean) => {
    const random = createRandom(0, "init");
    const params = convnet.params.parse({ blocks: 2, width: 6, embedding: 8, dropout: 0.3 });
    const backbone = convnet.create(params, { shape: SHAPE, random, checkpointing });
    const { options, dispose } = setup();
    const optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, options.heads));
    const events = await collect({ ...options, backbone, optimizer, steps: 6 });
    const weights = await readParameters({ backbone: backbone.parameters });
    dispose();
    backbone.dispose();
    optimizer.dispose();
    return { events, weights };
  };
  assertEquals(await run(true), await run(false));
}, ["wasm", "webgpu"]);

testOnBackends("train() holds memory flat over 200 steps", async (backend) => {
  const { options, dispose } = setup({ steps: 200, logEvery: 20 });
  const sizes: number[] = [];
  for await (const _ of train(options)) sizes.push(memoryInUse().bytes);
  assertEquals(sizes.length, 10);
  // The last step has no batch ahead.
  assertEquals(new Set(sizes.slice(1, -1)).size, 1, `${backend}: ${sizes}`);
  assert(sizes.at(-1)! <= sizes[1]!);
  dispose();
}, ["wasm", "webgpu"]);

testOnBackends("train() with a sample of the classes updates the sampled rows alone, also over parts", async () => {
  for (const accumulate of [1, 3]) {
    const { options, dispose } = setup(), random = createRandom(0, "init");
    const head = arcface.create(arcface.params.parse({ s: 8, m: 0.3, sampleRate: 0.25 }), {
      embedding: 8,
      classes: 64,
      random,
    });
    const heads: [WeightedHead] = [{ head, weight: 1 }];
    const optimizer = sgd.create(sgd.params.parse({}), trainableOf(options.backbone, heads));
    const rows = async () => {
      const values = await head.parameters[0]!.variable.data();
      return Array.from({ length: 64 }, (_, i) => values.slice(8 * i, 8 * i + 8).join());
    };
    const before = await rows(), tensors = tf.memory().numTensors;
    const events = await collect({ ...options, heads, optimizer, steps: 1, accumulate });
    assertEquals(tf.memory().numTensors, tensors);
    const after = await rows(), moved = before.filter((row, i) => row !== after[i]).length;
    assertEquals(moved, 16);
    assert(events[0]!.gradientNorm > 0);
    dispose();
    head.dispose();
    optimizer.dispose();
  }
}, ["wasm", "webgpu"]);
