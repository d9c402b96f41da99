import { assert, assertEquals, assertThrows } from "@std/assert";
import { type ClassHeadOptions, createClassHead } from "../../losses/class_head.ts";
import type { ClassLogits, OtherLogits } from "../../losses/class_logits.ts";
import { exactSoftplus } from "../../losses/class_passes.ts";
import { firstOffset } from "../../losses/sphereface2.ts";
import type { Head, HeadPlugin } from "../../losses/head.ts";
import { inter, intra, normSoftmax, uniface } from "../../losses/mod.ts";
import { createRandom } from "../../tensor/random.ts";
import { type Tensor, tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";

const CLASSES = 11, EMBEDDING = 6, LABELS = Int32Array.of(3, 0, 9, 3, 10, 1, 7);

/** `c (t + c)` for the others, with t from the batch. */
const bent: ClassLogits["margin"] = ({ cosine }) => {
  const others: OtherLogits = {
    context: [tf.mean(cosine)],
    apply: (c, [t]) => ({ value: tf.mul(c, tf.add(c, t!)), slope: tf.add(tf.mul(c, 2), t!) }),
  };
  return { others };
};

const kinds: readonly (readonly [name: string, logits: ClassLogits, offset?: number])[] = [
  ["other logits", { normalised: true, s: 5, margin: bent }],
  ["several centres", { normalised: true, s: 5, centres: 3 }],
  ["binary losses with an offset", { normalised: true, s: 5, binary: { positive: 0.7, negative: 0.3 } }, 0.4],
  ["all of them", { normalised: true, s: 3, centres: 2, binary: { positive: 1, negative: 2 }, margin: bent }, -1],
  ["a scale on the device", { normalised: true, s: 1, margin: () => ({ scale: tf.scalar(4) }) }],
  ["embeddings that keep their length", { normalised: true, keepsLength: true, s: 1 }],
];

/** Loss and gradients of a head on seeded embeddings, with class weights that do not depend on its parts. */
async function measured(head: Head): Promise<number[]> {
  const stream = createRandom(3, "values"),
    normals = (n: number) => Float32Array.from({ length: n }, () => stream.normal());
  const x = tf.tidy(() => tf.variable(tf.tensor2d(normals(LABELS.length * EMBEDDING), [LABELS.length, EMBEDDING])));
  const labels = tf.tensor1d(LABELS, "int32");
  for (const { role, variable } of head.parameters) {
    if (role === "class") tf.tidy(() => variable.assign(tf.tensor(normals(variable.size), variable.shape)));
  }
  const variables = [x, ...head.parameters.filter(({ trainable }) => trainable).map(({ variable }) => variable)];
  const { value, grads } = tf.variableGrads(() => head.loss(x as unknown as tf.Tensor2D, labels).loss, variables);
  const tensors: Tensor[] = [value, ...variables.map(({ name }) => grads[name]!)];
  const numbers = (await Promise.all(tensors.map((tensor) => tensor.data()))).flatMap((values) => [...values]);
  tf.dispose([...tensors, x, labels]);
  head.dispose();
  return numbers;
}

const context = () => ({ embedding: EMBEDDING, classes: CLASSES, random: createRandom(0, "init") });

for (const [name, logits, offset] of kinds) {
  testOnBackends(`${name}: chunks and parts of any size give what one piece gives`, async () => {
    const make = (budget: number, largestPart: number) =>
      measured(createClassHead({
        logits: { ...logits, budget },
        largestPart,
        ...offset === undefined ? {} : { offset },
      }, context()));
    const whole = await make(1e6, 1e6);
    for (const [budget, part] of [[2 * LABELS.length, 1e6], [1e6, 96], [3 * LABELS.length, 96], [1, 1e6]]) {
      assertClose(await make(budget!, part!), whole, 1e-5, `budget ${budget}, part ${part}`);
    }
  });
}

/** A term beside a norm-softmax whose class weights are in parts. */
async function beside(plugin: HeadPlugin, largestPart: number): Promise<number[]> {
  const main = createClassHead({ logits: { normalised: true, s: 4 }, largestPart }, context());
  const term = plugin.create(plugin.params.parse({}), { ...context(), classWeights: main.parameters });
  assertEquals([term.parameters, main.parameters.length], [[], largestPart > 1000 ? 1 : 3]);
  const numbers = await measured({
    parameters: main.parameters,
    loss: (x, labels) => {
      const a = main.loss(x, labels), b = term.loss(x, labels);
      return { loss: tf.add(a.loss, b.loss) as tf.Scalar, statistics: {} };
    },
    dispose: () => main.dispose(),
  });
  term.dispose();
  return numbers;
}

for (const plugin of [intra, inter]) {
  testOnBackends(`${plugin.name} pulls at the main head's class weights, in one part or several`, async () => {
    const whole = await beside(plugin, 1e6),
      alone = await measured(normSoftmax.create(normSoftmax.params.parse({ s: 4 }), context()));
    assertClose(await beside(plugin, 96), whole, 1e-5, "parts");
    const term = await measured(plugin.create(plugin.params.parse({}), context()));
    assertClose(whole, alone.map((value, i) => value + term[i]!), 1e-5, "sum");
  });
}

testOnBackends("binary losses of a million far classes add up", async () => {
  const sum = tf.tidy(() => tf.mul(tf.mean(exactSoftplus(tf.fill([1000], -16))), 1e6));
  assertClose([...await sum.data()], [1e6 * Math.log1p(Math.exp(-16))], 1e-4);
  const points = [-30, -5, -4.6, -1, 0, 1, 4.6, 30];
  const values = tf.tidy(() => exactSoftplus(tf.tensor1d(points)));
  const off = [...await values.data()].map((y, i) =>
    y / (Math.max(points[i]!, 0) + Math.log1p(Math.exp(-Math.abs(points[i]!)))) - 1
  );
  assert(off.every((x) => Math.abs(x) < 1e-5), `${off}`);
  tf.dispose([sum, values]);
});

Deno.test("firstOffset() balances the own class and the others, and is finite, for any weights", () => {
  for (const alpha of [0.01, 0.5, 0.7, 0.99]) {
    for (const classes of [2, 7, 50, 10_572, 1e6]) {
      for (const [own, other] of [[-24, -8], [-94, 18], [-40, 10], [0, 0], [-30, -30]] as const) {
        const b = firstOffset({ own, other }, { classes, alpha });
        // In logarithms, for the terms span hundreds of powers of e: α σ(−z_y) = (1 − α)(n − 1) σ(z_j).
        const logSigmoid = (z: number) => z > 0 ? -Math.log1p(Math.exp(-z)) : z - Math.log1p(Math.exp(z));
        const left = Math.log(alpha) + logSigmoid(-(own + b));
        const right = Math.log((1 - alpha) * (classes - 1)) + logSigmoid(other + b);
        assert(Math.abs(left - right) < 1e-6, `alpha ${alpha}, ${classes} classes, ${own}, ${other}: ${b}`);
      }
    }
  }
});

Deno.test("createClassHead() refuses what it would compute wrongly", () => {
  const make = (options: Omit<ClassHeadOptions, "logits">, logits: Partial<ClassLogits>) => () =>
    createClassHead({ logits: { normalised: true, s: 4, ...logits }, ...options }, context());
  assertThrows(make({ offset: 1 }, {}), TypeError, "an offset under softmax");
  assertThrows(make({ biased: true }, {}), TypeError, "biases with scaled cosines");
  assertThrows(make({ sampleRate: 0.5 }, { centres: 2 }), TypeError, "several centres");
});

testOnBackends("uniface on a sample of all classes but a few trains its offset", async () => {
  const head = uniface.create(uniface.params.parse({ s: 8, sampleRate: 0.8 }), context());
  const x = tf.tidy(() => tf.variable(tf.ones([LABELS.length, EMBEDDING]))), labels = tf.tensor1d(LABELS, "int32");
  const random = createRandom(0, "step"), bias = head.parameters.at(-1)!, taken: string[] = [];
  const step = {
    step: 0,
    random,
    part: random,
    place: { index: 0, count: 1 },
    labels: LABELS,
    takeRows: (parameter: { name: string }, gradient: { rows: Tensor; values: Tensor }) => {
      taken.push(parameter.name);
      tf.dispose([gradient.rows, gradient.values]);
    },
  };
  const { value, grads } = tf.variableGrads(
    () => head.loss(x as unknown as tf.Tensor2D, labels, step).loss,
    [x, bias.variable] as tf.Variable[],
  );
  const [slope] = await grads[bias.variable.name]!.data();
  assertEquals([taken, bias.name, Number.isFinite(slope) && slope !== 0], [["head.weight"], "head.bias", true]);
  tf.dispose([value, ...Object.values(grads), x, labels]);
  head.dispose();
});
