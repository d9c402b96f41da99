import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Backbone } from "../../backbones/backbone.ts";
import { arcface, softmax } from "../../losses/catalogue.ts";
import type { Head } from "../../losses/head.ts";
import { createRandom } from "../../tensor/random.ts";
import { memoryInUse } from "../../tensor/memory.ts";
import { tf } from "../../tensor/tf.ts";
import { DivergenceError } from "../../training/divergence.ts";
import { sgd } from "../../training/sgd.ts";
import { train, trainableOf, type TrainOptions, type WeightedHead } from "../../training/trainer.ts";
import { averageWeights } from "../../training/weight_average.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";
import { batch, CLASSES, collect, setup, SHAPE } from "./trainer_helpers.ts";

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
  testOnBackends(`train() holds memory flat over 50 steps${how}`, async () => {
    const { options, dispose } = setup({ steps: 50, logEvery: 5, ...changes }), watch = watchMemory();
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
