import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Backbone, ImageShape } from "../../backbones/backbone.ts";
import { convnet } from "../../backbones/catalogue.ts";
import { arcface, normSoftmax, softmax } from "../../losses/catalogue.ts";
import type { HeadPlugin } from "../../losses/head.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { loadCheckpoint, readParameters, saveCheckpoint } from "../../training/checkpoint.ts";
import { DivergenceError } from "../../training/divergence.ts";
import type { Optimizer } from "../../training/optimizer.ts";
import { sgd } from "../../training/sgd.ts";
import { type StepEvent, train, trainableOf, type TrainOptions, type WeightedHead } from "../../training/trainer.ts";
import { testOnBackends } from "../backends.ts";

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
