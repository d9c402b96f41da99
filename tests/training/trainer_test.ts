import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { convnet } from "../../backbones/catalogue.ts";
import { normSoftmax } from "../../losses/catalogue.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { loadCheckpoint, readParameters, saveCheckpoint } from "../../training/checkpoint.ts";
import { DivergenceError } from "../../training/divergence.ts";
import { createLossScale } from "../../training/loss_scale.ts";
import { sgd } from "../../training/sgd.ts";
import { type StepEvent, train, trainableOf, type TrainOptions } from "../../training/trainer.ts";
import { testOnBackends } from "../backends.ts";
import { BATCH, batch, collect, setup, SHAPE } from "./trainer_helpers.ts";

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

testOnBackends(
  "train() tells the target angles of watched steps with the next event, all parts of a batch",
  async () => {
    const run = async (changes: Partial<TrainOptions>) => {
      const { options, groups, dispose } = setup({ steps: 12, ...changes });
      const before = tf.memory().numTensors;
      const events = await collect(options);
      assertEquals(tf.memory().numTensors, before);
      const weights = await readParameters(groups);
      dispose();
      return { events, weights };
    };
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const accumulate of [1, 3]) {
      const plain = await run({ accumulate });
      assert(plain.events.every((event) => !("targetAngles" in event)));
      const watchAngles = (step: number) => step <= 3 || step === 8;
      const { events, weights } = await run({ accumulate, watchAngles, logEvery: 5 });
      assertEquals(events.map(({ targetAngles }) => targetAngles?.map(({ step }) => step)), [
        [1, 2, 3],
        [8],
        undefined,
      ]);
      for (const { step, values } of events.flatMap(({ targetAngles = [] }) => targetAngles)) {
        assertEquals(values.length, BATCH);
        assertAlmostEquals(mean(values), plain.events[step - 1]!.statistics["targetAngle"]!, 1e-3);
      }
      assertEquals(weights, plain.weights);
    }
  },
  ["wasm", "webgpu"],
);

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

testOnBackends("train() reads nothing from the device between events, and has the next batch ahead", async () => {
  const buffer = (globalThis as unknown as { GPUBuffer: { prototype: { mapAsync(...args: unknown[]): unknown } } })
    .GPUBuffer.prototype;
  const map = buffer.mapAsync, done: string[] = [];
  let reads = 0;
  buffer.mapAsync = function (...args) {
    reads++;
    return map.apply(this, args);
  };
  try {
    const lossScale = createLossScale();
    const { options, dispose } = setup({ steps: 20, logEvery: 10, lossScale }), { optimizer } = options;
    const events = train({
      ...options,
      batch: (step) => {
        done.push(`batch ${step}, ${reads} reads`);
        return batch(step);
      },
      optimizer: {
        ...optimizer,
        update: (...args) => {
          done.push(`update, ${reads} reads`);
          optimizer.update(...args);
        },
      },
    });
    await events.next();
    const first = reads;
    done.length = 0;
    await events.next();
    // Nine updates without a read between; the batch of a step comes before the update of the step before it.
    const steps = [11, 12, 13, 14, 15, 16, 17, 18];
    const expected = steps.flatMap((step) => [`batch ${step}, ${first} reads`, `update, ${first} reads`]);
    assertEquals(done.slice(0, expected.length), expected);
    assert(reads > first);
    await events.return(undefined);
    dispose();
    lossScale.dispose();
  } finally {
    buffer.mapAsync = map;
  }
}, ["webgpu"]);
