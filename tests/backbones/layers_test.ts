import { assertEquals, assertThrows } from "@std/assert";
import { depthwise } from "../../backbones/depthwise.ts";
import { grouped } from "../../backbones/grouped.ts";
import { linear } from "../../backbones/layers.ts";
import type { Layer, Values } from "../../backbones/module.ts";
import { globalPool } from "../../backbones/pooling.ts";
import { squeezeExcitation } from "../../backbones/squeeze_excitation.ts";
import { collectGradients } from "../../tensor/gradients.ts";
import { fromHalf, toHalf } from "../../tensor/kernels/half.ts";
import { createRandom } from "../../tensor/random.ts";
import { type Tensor, type Tensor2D, type Tensor4D, tf, type Variable } from "../../tensor/tf.ts";
import { type TestBackend, testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";

const BATCH = 3;

function normals(shape: readonly number[], path: string): Tensor {
  const stream = createRandom(7, path), size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, () => stream.normal()), [...shape]);
}

/** A layer, and what it does in plain operations that tfjs's tape differentiates. */
interface Case {
  readonly name: string;
  readonly layer: Layer;
  readonly input: readonly number[];
  plain(x: Tensor, ...parameters: Tensor[]): Tensor;
}

/** A convolution in groups as one of all channels, whose filter has zeros between the groups. */
function plainConv(x: Tensor, w: Tensor, { stride, padding, g }: { stride: number; padding: number; g: number }) {
  const channels = x.shape[3]!, each = Array.from({ length: channels }, (_, c) => Math.floor(c / g));
  const mask = tf.tensor2d(each.map((from) => each.map((to) => from === to ? 1 : 0)));
  const filter = tf.mul(tf.tile(w, [1, 1, channels / g, 1]), mask) as Tensor4D;
  const edge: [number, number] = [padding, padding];
  return tf.conv2d(x as Tensor4D, filter, stride, [[0, 0], edge, edge, [0, 0]], "NHWC", 1, "floor");
}

/** A depthwise filter `[kh, kw, c, 1]` as one in groups of one. */
const asGroups = (w: Tensor) => tf.transpose(w, [0, 1, 3, 2]);

const cases: Case[] = [
  {
    name: "depthwise() of stride 1",
    layer: depthwise("l", { kernel: 3 }),
    input: [5, 4, 8],
    plain: (x, w) => plainConv(x, asGroups(w!), { stride: 1, padding: 1, g: 1 }),
  },
  {
    name: "depthwise() of stride 2 on an odd image",
    layer: depthwise("l", { kernel: 3, stride: 2 }),
    input: [7, 5, 4],
    plain: (x, w) => plainConv(x, asGroups(w!), { stride: 2, padding: 1, g: 1 }),
  },
  {
    name: "depthwise() as large as the map",
    layer: depthwise("l", { kernel: "map" }),
    input: [4, 3, 8],
    plain: (x, w) => plainConv(x, asGroups(w!), { stride: 1, padding: 0, g: 1 }),
  },
  ...[1, 2, 4].map((g): Case => ({
    name: `grouped() by ${g}`,
    layer: grouped("l", { groupSize: g, kernel: 3 }),
    input: [4, 5, 8],
    plain: (x, w) => plainConv(x, g === 1 ? asGroups(w!) : w!, { stride: 1, padding: 1, g }),
  })),
  {
    name: "globalPool()",
    layer: globalPool(),
    input: [3, 5, 8],
    plain: (x) => tf.div(tf.sum(x, [1, 2]), 15),
  },
  {
    name: "squeezeExcitation()",
    layer: squeezeExcitation("l", { reduction: 4 }),
    input: [3, 4, 8],
    plain(x, w1, b1, slope, w2, b2) {
      const mean = tf.div(tf.sum(x, [1, 2]), 12) as Tensor2D;
      const inner = tf.add(tf.matMul(mean, tf.reshape(w1!, [8, 2]) as Tensor2D), b1!);
      // A PReLU whose slope the tape differentiates on every backend.
      const active = tf.add(tf.relu(inner), tf.mul(slope!, tf.minimum(inner, 0))) as Tensor2D;
      const gate = tf.sigmoid(tf.add(tf.matMul(active, tf.reshape(w2!, [2, 8]) as Tensor2D), b2!));
      return tf.mul(x, tf.reshape(gate, [-1, 1, 1, 8]));
    },
  },
  {
    name: "linear() on a map",
    layer: linear("l", 6),
    input: [2, 3, 4],
    plain: (x, w, b) => tf.add(tf.matMul(tf.reshape(x, [BATCH, 24]) as Tensor2D, w as Tensor2D), b!),
  },
  {
    name: "linear() without a bias",
    layer: linear("l", 6, { bias: false }),
    input: [8],
    plain: (x, w) => tf.matMul(x as Tensor2D, w as Tensor2D),
  },
];

interface Measured {
  readonly y: Tensor;
  readonly dx: Tensor;
  readonly found: readonly Tensor[];
}

/** Result and gradients of a training pass; the caller disposes them. */
function measure({ layer, input }: Case, x: Tensor, dy: Tensor, variables: ReadonlyMap<string, Variable>): Measured {
  const values: Values = (name) => variables.get(name)!, gradients = collectGradients();
  const half = x.dtype === "int32", storage = half ? "f16" : "f32";
  const mode = { random: undefined, storage, keep: true, inputGradient: true, averages: undefined } as const;
  const trace = layer(input).trace(x, values, mode);
  const dx = trace.backward(dy, gradients)!;
  return { y: trace.y, dx, found: [...variables.keys()].map((name) => gradients.take(name)!) };
}

function variablesOf({ layer, input }: Case): Map<string, Variable> {
  return new Map(layer(input).slots.map(({ name, shape }) => [name, tf.variable(normals(shape, name))]));
}

for (const test of cases) {
  testOnBackends(`${test.name} gives what plain operations give, and their gradients`, async (backend) => {
    const module = test.layer(test.input), variables = variablesOf(test);
    const x = normals([BATCH, ...test.input], "x"), dy = normals([BATCH, ...module.output], "dy");
    const before = tf.memory().numTensors;
    const { y, dx, found } = measure(test, x, dy, variables);
    assertEquals(tf.memory().numTensors - before, 2 + found.length, "the pass leaks no tensor");
    const inferred = tf.tidy(() => module.infer(x, (name) => variables.get(name)!));
    const plain = (x: Tensor, ...parameters: Tensor[]) => test.plain(x, ...parameters);
    const inputs = [x, ...variables.values()] as Tensor[];
    const expected = tf.tidy(() => ({ y: plain(x, ...inputs.slice(1)), all: tf.grads(plain as never)(inputs, dy) }));
    const tolerance = backend === "webgpu" ? 2e-5 : 2e-6;
    assertClose(await y.data(), await expected.y.data(), tolerance, "y");
    assertClose(await inferred.data(), await expected.y.data(), tolerance, "inference");
    for (const [i, gradient] of [dx, ...found].entries()) {
      assertEquals(gradient.shape, inputs[i]!.shape);
      assertClose(await gradient.data(), await expected.all[i]!.data(), tolerance, `gradient ${i}`);
    }
    tf.dispose([inferred, x, dy, y, dx, found, expected, [...variables.values()]] as never);
  });

  testOnBackends(`${test.name} frees what it kept when no backward pass comes`, () => {
    const variables = variablesOf(test), x = normals([BATCH, ...test.input], "x"), before = tf.memory().numTensors;
    const mode = { random: undefined, storage: "f32", keep: true, inputGradient: true, averages: undefined } as const;
    const trace = test.layer(test.input).trace(x, (name) => variables.get(name)!, mode);
    trace.y.dispose();
    trace.release();
    assertEquals(tf.memory().numTensors, before);
    tf.dispose([x, [...variables.values()]] as never);
  }, ["wasm"]);
}

for (const test of cases) {
  const halves: TestBackend[] = ["webgpu"];
  testOnBackends(`${test.name} works on half tensors as on float32`, async () => {
    const { output } = test.layer(test.input), variables = variablesOf(test);
    // Values that float16 holds, so that only the results are rounded; vectors are float32 always.
    const [x, dy] = tf.tidy(() => [
      fromHalf(toHalf(normals([BATCH, ...test.input], "x"))),
      output.length === 3 ? fromHalf(toHalf(normals([BATCH, ...output], "dy"))) : normals([BATCH, ...output], "dy"),
    ]) as [Tensor, Tensor];
    const packed = { x: toHalf(x), dy: output.length === 3 ? toHalf(dy) : tf.clone(dy) };
    const wide = measure(test, x, dy, variables), half = measure(test, packed.x, packed.dy, variables);
    const read = async (t: Tensor) => t.dtype === "int32" ? await tf.tidy(() => fromHalf(t)).data() : await t.data();
    assertEquals([half.y.dtype, half.dx.dtype], [output.length === 3 ? "int32" : "float32", "int32"]);
    assertClose(await read(half.y), await wide.y.data(), 1e-3, "y");
    assertClose(await read(half.dx), await wide.dx.data(), 1e-3, "gradient of x");
    for (const [i, gradient] of half.found.entries()) {
      assertClose(await gradient.data(), await wide.found[i]!.data(), 1e-3, `gradient ${i}`);
    }
    tf.dispose([x, dy, packed, wide, half, [...variables.values()]] as never);
  }, halves);
}

Deno.test("depthwise() says when its input is too small", () => {
  assertThrows(
    () => depthwise("l", { kernel: 5, padding: 0 })([4, 9, 2]),
    RangeError,
    "Cannot apply l: its input is 4×9, too small for a 5×5 kernel",
  );
});

Deno.test("grouped() says when the channels do not divide", () => {
  assertThrows(
    () => grouped("l", { groupSize: 4, kernel: 3 })([4, 4, 6]),
    RangeError,
    "Cannot apply l: its input has 6 channels, wanted a multiple of 4",
  );
});

Deno.test("squeezeExcitation() says when there are too few channels", () => {
  assertThrows(
    () => squeezeExcitation("l")([4, 4, 8]),
    RangeError,
    "Cannot apply l: its input has 8 channels, wanted at least 16",
  );
});
