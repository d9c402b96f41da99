import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Backbone, ImageShape } from "../../backbones/backbone.ts";
import { convnet } from "../../backbones/catalogue.ts";
import { arcface, normSoftmax, softmax } from "../../losses/catalogue.ts";
import type { Head, HeadPlugin } from "../../losses/head.ts";
import { createRandom } from "../../tensor/random.ts";
import { memoryInUse } from "../../tensor/memory.ts";
import { tf } from "../../tensor/tf.ts";
import { loadCheckpoint, readParameters, saveCheckpoint } from "../../training/checkpoint.ts";
import { DivergenceError } from "../../training/divergence.ts";
import { createLossScale } from "../../training/loss_scale.ts";
import type { Optimizer } from "../../training/optimizer.ts";
import { sgd } from "../../training/sgd.ts";
import { type StepEvent, train, trainableOf, type TrainOptions, type WeightedHead } from "../../training/trainer.ts";
import { averageWeights } from "../../training/weight_average.ts";
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

testOnBackends("train() leaks no watched angle when it stops early or diverges", async () => {
  const { options, dispose } = setup({ watchAngles: () => true, logEvery: 4 });
  await collect({ ...options, steps: 4 });
  const before = tf.memory().numTensors;
  await collect({ ...options, from: 4 }, 8);
  const poisoned = async (step: number) => {
    const { images, labels } = await batch(step);
    if (step === 10) images[5] = NaN;
    return { images, labels };
  };
  await assertRejects(() => collect({ ...options, from: 8, batch: poisoned }), DivergenceError);
  assertEquals(tf.memory().numTensors, before);
  dispose();
}, ["wasm"]);

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

/** Tells the live memory of the current backend: tensors, data, bytes in use on the device or the heap. */
function watchMemory(): { figures(): number[]; close(): void } {
  const live = new Map<number, number>();
  const { wasm } = tf.backend() as unknown as {
    wasm?: { _malloc(bytes: number): number; _free(address: number): void };
  };
  const { _malloc: allocate, _free: free } = wasm ?? {};
  if (wasm) {
    wasm._malloc = (bytes) => {
      const address = allocate!(bytes);
      live.set(address, bytes);
      return address;
    };
    wasm._free = (address) => {
      live.delete(address >>> 0);
      free!(address);
    };
  }
  return {
    figures() {
      const { numTensors, numDataBuffers, numBytesInGPU = 0 } = tf.memory() as tf.MemoryInfo & {
        numBytesInGPU?: number;
      };
      const onHeap = [...live.values()].reduce((sum, bytes) => sum + bytes, 0);
      return [memoryInUse().bytes, numTensors, numDataBuffers, numBytesInGPU, onHeap];
    },
    close: () => void (wasm && Object.assign(wasm, { _malloc: allocate, _free: free })),
  };
}

const flat: Record<string, Partial<TrainOptions> & { headParams?: Record<string, unknown> }> = {
  "": {},
  ", with parts and a sample of the classes": { accumulate: 3, headParams: { s: 8, m: 0.3, sampleRate: 0.5 } },
};
for (const [how, changes] of Object.entries(flat)) {
  testOnBackends(`train() holds memory flat over 200 steps${how}`, async () => {
    const { options, dispose } = setup({ steps: 200, logEvery: 20, ...changes }), watch = watchMemory();
    const seen: number[][] = [];
    try {
      for await (const _ of train(options)) seen.push(watch.figures());
    } finally {
      watch.close();
    }
    assertEquals(seen.length, 10);
    // What the first steps leave for good, and that the last step has no batch ahead, are no growth.
    const slack = [0, 0, 0, 1024, 1024], [, second] = seen;
    // A sample has a few rows more or less.
    if (changes.headParams) slack[0] = 1024;
    for (const figures of seen.slice(2, -1)) {
      figures.forEach((figure, i) =>
        assert(Math.abs(figure - second![i]!) <= slack[i]!, `${figures}, at first ${second}`)
      );
    }
    seen.at(-1)!.forEach((figure, i) => assert(figure <= second![i]! + slack[i]!));
    dispose();
  }, ["wasm", "webgpu"]);
}

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

testOnBackends("train() frees everything where a step fails", async () => {
  for (const [accumulate, calls] of [[1, 1], [3, 2]] as const) {
    const { options, dispose } = setup({ headParams: { s: 8, m: 0.3, sampleRate: 0.5 } }), { head } = options.heads[0];
    let left = calls;
    const failing: Head = {
      ...head,
      loss(...args) {
        if (--left === 0) throw new RangeError("no room");
        return head.loss(...args);
      },
    };
    const before = tf.memory().numTensors;
    const run = collect({ ...options, heads: [{ head: failing, weight: 1 }], accumulate });
    await assertRejects(() => run, RangeError, "no room");
    // What the network kept for a backward pass that never came goes with the next pass, or with the network.
    options.backbone.forward(tf.zeros([1, ...SHAPE]) as tf.Tensor4D, { training: true, random: options.random });
    assert(tf.memory().numTensors <= before + 2);
    dispose();
  }
}, ["wasm", "webgpu"]);

testOnBackends("a network frees what it kept where a later layer fails", () => {
  const { options, dispose } = setup(), { backbone } = options;
  const images = tf.zeros([2, ...SHAPE]) as tf.Tensor4D, before = tf.memory().numTensors;
  // Without a stream the dropout behind both blocks throws.
  const run = () => tf.sum(backbone.forward(images, { training: true })) as tf.Scalar;
  const variables = trainableOf(backbone, []).map(({ variable }) => variable);
  assertThrows(() => tf.variableGrads(run, variables), TypeError, "no random stream");
  assertEquals(tf.memory().numTensors, before);
  images.dispose();
  dispose();
});

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

testOnBackends("train() clips to the norm, over parts and sampled classes too, and tells the norm before", async () => {
  // Plain SGD at a rate of 1: the parameters move by the clipped gradient.
  const run = async (changes: Partial<TrainOptions>, sampleRate = 1) => {
    const { options, dispose } = setup({ headParams: { s: 8, m: 0.3, sampleRate }, steps: 1, learningRate: () => 1 });
    const { backbone, heads } = options, trainable = trainableOf(backbone, heads);
    const optimizer = sgd.create(sgd.params.parse({ momentum: 0, weightDecay: 0 }), trainable);
    const read = () => Promise.all(trainable.map(({ variable }) => variable.data() as Promise<Float32Array>));
    const before = await read(), tensors = tf.memory().numTensors;
    const [event] = await collect({ ...options, optimizer, ...changes });
    assertEquals(tf.memory().numTensors, tensors);
    const after = await read(), count = trainableOf(backbone, []).length;
    const moved = after.map((values, i) => values.reduce((sum, value, k) => sum + (value - before[i]![k]!) ** 2, 0));
    const norm = (squares: number[]) => Math.sqrt(squares.reduce((a, b) => a + b, 0));
    dispose();
    return { event: event!, all: norm(moved), backbone: norm(moved.slice(0, count)), head: norm(moved.slice(count)) };
  };
  for (const [accumulate, sampleRate] of [[1, 1], [3, 0.5]] as const) {
    const free = await run({ accumulate }, sampleRate), { gradientNorm } = free.event;
    assertEquals(free.event.clipFactor, undefined);
    assertClose([free.all], [gradientNorm], 1e-4);
    const tight = await run({ accumulate, clip: { norm: gradientNorm / 4, of: "all" } }, sampleRate);
    assertEquals(tight.event.gradientNorm, gradientNorm);
    assertClose([tight.event.clipFactor!, tight.all], [0.25, gradientNorm / 4], 1e-4);
    const part = await run({ accumulate, clip: { norm: free.backbone / 2, of: "backbone" } }, sampleRate);
    assertClose([part.event.clipFactor!, part.backbone, part.head], [0.5, free.backbone / 2, free.head], 1e-4);
    const loose = await run({ accumulate, clip: { norm: 1e6, of: "all" } }, sampleRate);
    assertEquals([loose.event.clipFactor, loose.all], [1, free.all]);
  }
}, ["wasm", "webgpu"]);

testOnBackends("train() moves the average after every update, told or not", async () => {
  const run = async (logEvery: number) => {
    const { options, dispose } = setup({ steps: 6, logEvery });
    const average = averageWeights(options.backbone.parameters, 0.5), weights: Float32Array[] = [];
    const statistic = options.backbone.parameters.findIndex(({ role }) => role === "statistic");
    const read = async ({ variable }: { variable: tf.Variable }) => (await variable.data() as Float32Array).slice();
    weights.push(await read(options.backbone.parameters[statistic]!));
    const before = tf.memory().numTensors;
    for await (const _ of train({ ...options, average })) {
      weights.push(await read(options.backbone.parameters[statistic]!));
    }
    assertEquals(tf.memory().numTensors, before);
    const averages = await Promise.all(average.state.map(read));
    average.dispose();
    dispose();
    return { weights, averages, statistic };
  };
  const often = await run(1), seldom = await run(6);
  assertEquals(seldom.averages, often.averages);
  const wanted = often.weights.reduce((average, values) => average.map((a, k) => 0.5 * a + 0.5 * values[k]!));
  assertClose(often.averages[often.statistic]!, wanted, 1e-6);
}, ["wasm", "webgpu"]);

testOnBackends("train() refuses row gradients beside whole ones of the same parameter, and frees both", async () => {
  const { options, dispose } = setup({ headParams: { s: 8, m: 0.3, sampleRate: 0.5 } }), { head } = options.heads[0];
  const decay: Head = {
    parameters: [],
    loss: () => ({ loss: tf.sum(tf.square(head.parameters[0]!.variable)) as tf.Scalar, statistics: {} }),
    dispose: () => {},
  };
  const before = tf.memory().numTensors;
  const run = () => collect({ ...options, heads: [options.heads[0], { head: decay, weight: 1 }] });
  await assertRejects(run, TypeError, "another one that of all rows");
  assertEquals(tf.memory().numTensors, before);
  dispose();
}, ["wasm"]);
