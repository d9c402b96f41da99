import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Shape4D } from "../../../tensor/kernels/geometry.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type Scalar, type Tensor, type Tensor4D, tf } from "../../../tensor/tf.ts";
import { useBackend } from "../../../tensor/backend.ts";
import { testOnBackends } from "../../backends.ts";
import { assertClose } from "../close.ts";
import { convolveInLoops } from "./conv_loops.ts";

function random(shape: number[], seed: number): Float32Array {
  const stream = createRandom(seed, `values/${shape}`);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal());
}

interface Input {
  readonly values: Float32Array;
  readonly shape: number[];
}

interface Geometry {
  readonly x: [number, number, number, number];
  readonly kernel: number;
  readonly out: number;
  readonly stride: number;
  readonly pad: "same" | "valid" | number;
}

const geometries: fc.Arbitrary<Geometry> = fc.record({
  x: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 3, max: 9 }),
    fc.integer({ min: 3, max: 9 }),
    fc.constantFrom(1, 2, 3, 4, 5, 8, 16, 20),
  ),
  kernel: fc.integer({ min: 1, max: 3 }),
  out: fc.constantFrom(1, 2, 4, 5, 16, 24),
  stride: fc.integer({ min: 1, max: 3 }),
  pad: fc.constantFrom("same" as const, "valid" as const, 0, 1),
});

/** A function's output and the gradients of a weighted sum of it, as arrays. */
async function gradients(fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Input[]) {
  const results = tf.tidy(() => {
    const tensors = inputs.map(({ values, shape }) => tf.tensor(values, shape));
    const weighted = (...xs: Tensor[]) => {
      const y = fn(...xs);
      return tf.sum(tf.mul(y, tf.tensor(random(y.shape, 9), y.shape))) as Scalar;
    };
    return [fn(...tensors), ...tf.grads(weighted as never)(tensors as never) as Tensor[]];
  });
  const values = await Promise.all(results.map(async (tensor) => Float32Array.from(await tensor.data())));
  tf.dispose(results);
  return values;
}

/** Compares a backend's output and gradients with those of tfjs's own kernels on the cpu backend. */
async function compare(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Input[],
  backend: "wasm" | "webgpu",
): Promise<void> {
  await useBackend("cpu");
  const expected = await gradients(fn, inputs);
  await useBackend(backend);
  const found = await gradients(fn, inputs);
  expected.forEach((wanted, i) => assertClose(found[i]!, wanted, 1e-4, i === 0 ? "output" : `gradient ${i - 1}`));
}

testOnBackends(
  "convolution gradients agree with tfjs's cpu kernels on random shapes, strides and paddings",
  async (backend) => {
    await fc.assert(
      fc.asyncProperty(geometries, async ({ x, kernel, out, stride, pad }) => {
        const filter = [kernel, kernel, x[3], out];
        const inputs = [{ values: random(x, 1), shape: x }, { values: random(filter, 2), shape: filter }];
        const convolve = (a: Tensor, b: Tensor) => tf.conv2d(a as Tensor4D, b as Tensor4D, stride, pad);
        await compare(convolve as never, inputs, backend as "wasm" | "webgpu");
      }),
      { seed: 3, numRuns: backend === "wasm" ? 60 : 25 },
    );
  },
  ["wasm", "webgpu"],
);

testOnBackends("convolution gradients agree where an image is done in several blocks of lines", async () => {
  const images: Shape4D = [2, 93, 95, 16], shapes = { x: images, filter: [3, 3, 16, 16] as Shape4D, y: images };
  const x = random(shapes.x, 1), filter = random(shapes.filter, 2), dy = random(shapes.y, 9);
  const wanted = convolveInLoops({ x, filter, dy, shapes, stride: 1, padding: 1 });
  const inputs = [{ values: x, shape: shapes.x }, { values: filter, shape: shapes.filter }];
  const found = await gradients((a, b) => tf.conv2d(a as Tensor4D, b as Tensor4D, 1, "same"), inputs);
  wanted.forEach((values, i) => assertClose(found[i]!, values, 1e-4, i === 0 ? "output" : `gradient ${i - 1}`));
}, ["wasm", "webgpu"]);

testOnBackends(
  "depthwise convolution gradients agree with tfjs's cpu kernels on random shapes, strides and paddings",
  async (backend) => {
    await fc.assert(
      fc.asyncProperty(geometries, fc.constantFrom(1, 1, 2, 3), async ({ x, kernel, stride, pad }, multiplier) => {
        const filter = [kernel, kernel, x[3], multiplier];
        const inputs = [{ values: random(x, 1), shape: x }, { values: random(filter, 2), shape: filter }];
        const convolve = (a: Tensor, b: Tensor) => tf.depthwiseConv2d(a as Tensor4D, b as Tensor4D, stride, pad);
        await compare(convolve as never, inputs, backend as "wasm" | "webgpu");
      }),
      { seed: 13, numRuns: 40 },
    );
  },
  ["wasm", "webgpu"],
);

testOnBackends("dilated convolutions are tfjs's own", async (backend) => {
  const x = random([2, 7, 6, 4], 1), plain = random([3, 3, 4, 8], 2), deep = random([3, 3, 4, 1], 3);
  const both = async () => {
    const results = tf.tidy(() => {
      const images = tf.tensor4d(x, [2, 7, 6, 4]);
      return [
        tf.conv2d(images, tf.tensor4d(plain, [3, 3, 4, 8]), 1, "same", "NHWC", 2),
        tf.depthwiseConv2d(images, tf.tensor4d(deep, [3, 3, 4, 1]), 1, "same", "NHWC", 2),
      ];
    });
    const values = await Promise.all(results.map(async (tensor) => Float32Array.from(await tensor.data())));
    tf.dispose(results);
    return values;
  };
  await useBackend("cpu");
  const wanted = await both();
  await useBackend(backend);
  (await both()).forEach((values, i) => assertClose(values, wanted[i]!, 1e-5));
}, ["wasm", "webgpu"]);

testOnBackends("a filter's gradient is right where a flat ground cancels", async () => {
  // A ground of −1 with a few strokes, and an output gradient that sums to 0, as behind a batch norm.
  const shape: [number, number, number, number] = [32, 28, 28, 1], stream = createRandom(0, "strokes");
  const pixels = Float32Array.from({ length: 32 * 784 }, () => stream.uniform() < 0.03 ? 1 : -1);
  const noise = random(shape, 5), mean = noise.reduce((a, b) => a + b) / noise.length;
  const gradient = noise.map((value) => value - mean);
  const expected = new Float64Array(9);
  for (let n = 0, at = 0; n < 32; n++) {
    for (let y = 0; y < 28; y++) {
      for (let x = 0; x < 28; x++, at++) {
        for (let tap = 0; tap < 9; tap++) {
          const v = y + Math.floor(tap / 3) - 1, u = x + tap % 3 - 1;
          if (v >= 0 && v < 28 && u >= 0 && u < 28) expected[tap]! += pixels[(n * 28 + v) * 28 + u]! * gradient[at]!;
        }
      }
    }
  }
  const found = tf.tidy(() => {
    const filter = tf.ones([3, 3, 1, 1]) as Tensor4D, dy = tf.tensor4d(gradient, shape), x = tf.tensor4d(pixels, shape);
    return tf.grad((w) => tf.sum(tf.mul(tf.conv2d(x, w as Tensor4D, 1, "same"), dy)) as Scalar)(filter);
  });
  assertClose(await found.data(), expected, 1e-5);
  found.dispose();
}, ["wasm", "webgpu"]);

testOnBackends(
  "max pooling gradients agree with tfjs's cpu kernels on random windows, ties among them",
  async (backend) => {
    await fc.assert(
      fc.asyncProperty(geometries, fc.boolean(), async ({ x, kernel, stride, pad }, ties) => {
        const values = random(x, 4).map((value) => ties ? Math.round(value) : value);
        const padding = pad === 1 && kernel === 1 ? 0 : pad;
        const pool = (a: Tensor) => tf.maxPool(a as Tensor4D, kernel, stride, padding);
        await compare(pool, [{ values, shape: x }], backend as "wasm" | "webgpu");
      }),
      { seed: 5, numRuns: backend === "wasm" ? 80 : 25 },
    );
  },
  ["wasm", "webgpu"],
);

testOnBackends("a cloned tensor outlives its source", async () => {
  const x = tf.tensor1d([1, 2, 3]), y = tf.clone(x);
  x.dispose();
  assertEquals([...await y.data()], [1, 2, 3]);
  y.dispose();
});

Deno.test("useBackend() names the adapter's absence or presence and never falls back", async () => {
  const { name, reason, software } = await useBackend("auto");
  assert(name === "wasm" || name === "webgpu" && !software, `${name}: ${reason}`);
  assert(reason.startsWith("auto: "));
  assertEquals((await useBackend("cpu")).reason, "asked for by name");
  assertThrows(() => tf.conv2d(tf.ones([1, 2, 2, 1]) as Tensor4D, tf.ones([3, 3, 1, 1]) as Tensor4D, 0, "valid"));
});
