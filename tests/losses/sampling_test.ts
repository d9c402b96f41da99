import { assert, assertEquals, assertThrows } from "@std/assert";
import { createClassHead } from "../../losses/class_head.ts";
import { arcface, type Head, type HeadPlugin, softmax } from "../../losses/mod.ts";
import { sampleClasses } from "../../losses/sampling.ts";
import type { RowGradient } from "../../tensor/kernels/mod.ts";
import { createRandom } from "../../tensor/random.ts";
import { type Tensor, type Tensor2D, tf } from "../../tensor/tf.ts";
import { sgd } from "../../training/sgd.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";

const EMBEDDING = 6, CLASSES = 40, LABELS = Int32Array.of(3, 17, 3, 39, 0);

function draw(rate: number, name: string, classes = CLASSES): Int32Array {
  return sampleClasses({ classes, rate, labels: LABELS, random: createRandom(1, name) });
}

Deno.test("sampleClasses() gives the batch's classes and others up to the rate, ascending, each once", () => {
  for (const rate of [0.01, 0.1, 0.25, 0.5, 0.8, 0.99, 1]) {
    const sample = draw(rate, `${rate}`), set = new Set(sample);
    assertEquals(sample.length, Math.max(4, Math.ceil(rate * CLASSES)));
    assertEquals([...sample], [...set].sort((a, b) => a - b));
    assert(LABELS.every((label) => set.has(label)));
  }
  assertEquals(draw(0.3, "a"), draw(0.3, "a"));
  assert(draw(0.3, "a").join() !== draw(0.3, "b").join());
});

Deno.test("sampleClasses() draws every other class as often", () => {
  for (const rate of [0.2, 0.7]) {
    const counts = new Float64Array(CLASSES), draws = 4000;
    for (let i = 0; i < draws; i++) for (const j of draw(rate, `${i}`)) counts[j]!++;
    const others = [...counts.keys()].filter((j) => !LABELS.includes(j));
    const share = (rate * CLASSES - 4) / (CLASSES - 4), deviation = Math.sqrt(draws * share * (1 - share));
    for (const j of others) assert(Math.abs(counts[j]! - draws * share) < 4.5 * deviation, `${rate}: class ${j}`);
  }
});

interface Setting {
  readonly plugin: HeadPlugin;
  readonly rate: number;
}

function make({ plugin, rate }: Setting): Head {
  const context = { embedding: EMBEDDING, classes: CLASSES, random: createRandom(2, "init") };
  const head = plugin.create(plugin.params.parse({ sampleRate: rate }), context);
  const [weight, bias] = head.parameters;
  tf.tidy(() => {
    weight!.variable.assign(tf.mul(weight!.variable, 100));
    bias?.variable.assign(tf.tensor1d(Float32Array.from({ length: CLASSES }, (_, j) => Math.sin(j))));
  });
  return head;
}

const step = () => ({
  step: 0,
  random: createRandom(4, "step"),
  part: createRandom(4, "part"),
  place: { index: 0, count: 1 },
  labels: LABELS,
});

/** Embeddings of length about 2. */
const EMBEDDINGS = (() => {
  const random = createRandom(3, "x");
  return Float64Array.from({ length: LABELS.length * EMBEDDING }, () => Math.fround(random.normal()));
})();

/** The loss over some classes in float64, written out. */
function plainLoss(x: Float64Array, w: Float64Array, bias: Float64Array | undefined, classes: Int32Array): number {
  let loss = 0;
  for (const [i, label] of LABELS.entries()) {
    const row = x.subarray(i * EMBEDDING, (i + 1) * EMBEDDING);
    const z = [...classes].map((j) => {
      const weight = w.subarray(j * EMBEDDING, (j + 1) * EMBEDDING);
      const dot = row.reduce((sum, value, k) => sum + value * weight[k]!, 0);
      if (bias) return dot + bias[j]!;
      const angle = Math.acos(dot / Math.hypot(...row) / Math.hypot(...weight));
      return 64 * Math.cos(angle + (j === label ? 0.5 : 0));
    });
    const top = Math.max(...z);
    loss += top + Math.log(z.reduce((sum, value) => sum + Math.exp(value - top), 0)) - z[classes.indexOf(label)]!;
  }
  return loss / LABELS.length;
}

/** Central differences of a function of an array. */
function differences(values: Float64Array, f: () => number): Float64Array {
  const h = 1e-5;
  return values.map((value, i) => {
    values[i] = value + h;
    const up = f();
    values[i] = value - h;
    const down = f();
    values[i] = value;
    return (up - down) / (2 * h);
  });
}

/** Loss and gradients of a head, read back; `taken` has the row gradients that a taker was given. */
async function measure(head: Head, takes: boolean) {
  const taken: Record<string, RowGradient> = {};
  const takeRows = takes ? (p: { name: string }, g: RowGradient) => void (taken[p.name] = g) : undefined;
  const x = tf.tidy(() => tf.variable(tf.tensor2d(Float32Array.from(EMBEDDINGS), [LABELS.length, EMBEDDING])));
  const labels = tf.tensor1d(LABELS, "int32");
  const before = tf.memory().numTensors;
  const variables = [x, ...takes ? [] : head.parameters.map(({ variable }) => variable)];
  const { value, grads } = tf.variableGrads(() => {
    const { loss, statistics } = head.loss(x as unknown as Tensor2D, labels, {
      ...step(),
      ...takeRows ? { takeRows } : {},
    });
    tf.dispose(Object.values(statistics));
    return loss;
  }, variables);
  const read = async (tensor: Tensor) => [...await tensor.data()];
  const result = {
    loss: (await value.data())[0]!,
    embeddings: await read(grads[x.name]!),
    whole: takes ? [] : await Promise.all(head.parameters.map(({ variable }) => read(grads[variable.name]!))),
    rows: await Promise.all(
      Object.values(taken).map(async ({ rows, values }) => ({ rows: await read(rows), values: await read(values) })),
    ),
  };
  tf.dispose([value, ...Object.values(grads), ...Object.values(taken).flatMap(({ rows, values }) => [rows, values])]);
  assertEquals(tf.memory().numTensors, before);
  labels.dispose();
  x.dispose();
  return result;
}

testOnBackends("a sampled head gives the loss and gradients of its sample, in float64", async (backend) => {
  for (const plugin of [arcface, softmax]) {
    for (const rate of [0.05, 0.3, 0.75]) {
      const head = make({ plugin, rate }), [weight, bias] = head.parameters;
      const w = Float64Array.from(await weight!.variable.data());
      const b = bias && Float64Array.from(await bias.variable.data());
      const sample = sampleClasses({
        classes: CLASSES,
        rate,
        labels: LABELS,
        random: step().random.fork("classes"),
      });
      const x = EMBEDDINGS.slice(), loss = () => plainLoss(x, w, b, sample);
      const tolerance = backend === "webgpu" ? 1e-4 : 2e-5;
      const { loss: found, embeddings, whole } = await measure(head, false);
      assertClose([found], [loss()], tolerance, "loss");
      assertClose(embeddings, differences(x, loss), tolerance, "embeddings");
      const gradient = differences(w, loss);
      assertClose(whole[0]!, gradient, tolerance, "weights");
      if (b) assertClose(whole[1]!, differences(b, loss), tolerance, "bias");
      const taken = await measure(head, true);
      assertEquals([taken.loss, taken.embeddings], [found, embeddings]);
      assertEquals(taken.rows[0]!.rows, [...sample]);
      const rows = [...sample].flatMap((j) => whole[0]!.slice(j * EMBEDDING, (j + 1) * EMBEDDING));
      assertEquals(taken.rows[0]!.values, rows);
      head.dispose();
    }
  }
});

testOnBackends("a sample of all classes gives the bits of the whole head", async () => {
  const [all, whole] = [make({ plugin: arcface, rate: 0.99 }), make({ plugin: arcface, rate: 1 })];
  assertEquals(await measure(all, false), await measure(whole, false));
  const loss = tf.tidy(() => {
    const x = tf.tensor2d(Float32Array.from(EMBEDDINGS), [LABELS.length, EMBEDDING]), y = tf.tensor1d(LABELS, "int32");
    return tf.stack([whole.loss(x, y).loss, all.loss(x, y, step()).loss]);
  });
  const [a, b] = await loss.data();
  assertEquals(a, b);
  loss.dispose(), all.dispose(), whole.dispose();
});

testOnBackends("a sampled head in shards equals one in a piece", async (backend) => {
  const context = () => ({ embedding: EMBEDDING, classes: CLASSES, random: createRandom(2, "init") });
  for (const sampleRate of [0.3, 1]) {
    for (const biased of [false, true]) {
      const logits = { normalised: !biased, s: biased ? 1 : 64 };
      const one = createClassHead({ logits, biased, sampleRate }, context());
      // Seven classes a shard and three a chunk.
      const small = { logits: { ...logits, budget: 3 * LABELS.length }, biased, sampleRate };
      const many = createClassHead({ ...small, largestPart: 7 * 4 * EMBEDDING }, context());
      const names = Array.from({ length: 6 }, (_, i) => `head.weight.${i}`);
      assertEquals(many.parameters.map(({ name }) => name), [...names, ...biased ? ["head.bias"] : []]);
      const whole = await one.parameters[0]!.variable.data();
      const parts = await Promise.all(many.parameters.slice(0, 6).map(({ variable }) => variable.data()));
      assertEquals(parts.flatMap((part) => [...part]), [...whole]);
      const a = await measure(one, false), b = await measure(many, false);
      const tolerance = backend === "webgpu" ? 1e-4 : 1e-5;
      assertClose([b.loss], [a.loss], tolerance, "loss");
      assertClose(b.embeddings, a.embeddings, tolerance, "embeddings");
      assertClose(b.whole.slice(0, 6).flat(), a.whole[0]!, tolerance, "weights");
      if (biased) assertClose(b.whole[6]!, a.whole[1]!, tolerance, "bias");
      one.dispose(), many.dispose();
    }
  }
});

testOnBackends("sgd moves the sampled rows alone, each as it would move them all", async (backend) => {
  const numbers = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)), rows = [1, 4, 9];
  const make = () => tf.tidy(() => tf.variable(tf.tensor2d(numbers, [10, 3])));
  const whole = make(), partial = make();
  const of = (variable: typeof whole) => [{ name: "w", role: "class", trainable: true, variable } as const];
  const params = sgd.params.parse({ weightDecay: 0.1, momentum: 0.9 }) as Record<string, unknown>;
  const a = sgd.create(params, of(whole)), b = sgd.create(params, of(partial));
  const gradient = tf.tensor2d(numbers.map((x) => x * x), [10, 3]), index = tf.tensor1d(rows, "int32");
  const values = tf.gather(gradient, index);
  for (let i = 0; i < 3; i++) a.update([gradient], 0.1), b.update([{ rows: index, values }], 0.1);
  const [all, some] = [await whole.data(), await partial.data()];
  const expected = numbers.map((x, i) => rows.includes(Math.floor(i / 3)) ? all[i]! : x);
  assertClose(some, expected, backend === "webgpu" ? 1e-6 : 1e-7);
  assertEquals([...some.slice(0, 3)], [...numbers.slice(0, 3)]);
  tf.dispose([gradient, index, values]);
  a.dispose(), b.dispose(), whole.dispose(), partial.dispose();
});

testOnBackends("a head that samples asks for the step", () => {
  tf.tidy(() => {
    const head = make({ plugin: arcface, rate: 0.3 });
    const loss = () => head.loss(tf.zeros([5, EMBEDDING]), tf.tensor1d(LABELS, "int32"));
    assertThrows(loss, TypeError, "Cannot sample classes: found no step, wanted its stream and labels");
    head.dispose();
  });
}, ["cpu"]);

testOnBackends("classes beyond the WASM heap are refused before anything is allocated", () => {
  const create = (params: Record<string, unknown>) => () =>
    arcface.create(arcface.params.parse(params), { embedding: 512, classes: 1e6, random: createRandom(0, "init") });
  assertThrows(create({}), RangeError, "found 1000000 classes of 512 dimensions, wanted at most");
}, ["wasm"]);
