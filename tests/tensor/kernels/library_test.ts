import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { loadBlas } from "../../../experiments/openblas.ts";
import { useBackend } from "../../../tensor/backend.ts";
import type { Shape4D } from "../../../tensor/kernels/geometry.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type Tensor, type Tensor4D, tf } from "../../../tensor/tf.ts";
import { assertClose } from "../close.ts";
import { convolveInLoops } from "./conv_loops.ts";

const products = await loadBlas(), missing = products ? "" : " (needs OpenBLAS)";

function normals(size: number, seed: number): Float32Array {
  const stream = createRandom(seed, "values");
  return Float32Array.from({ length: size }, () => stream.normal());
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

const geometry = fc.record({
  x: fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 3, max: 20 }),
    fc.integer({ min: 3, max: 20 }),
    fc.constantFrom(1, 2, 3, 4, 5, 8, 16, 20),
  ),
  kernel: fc.integer({ min: 1, max: 3 }),
  out: fc.constantFrom(1, 2, 4, 5, 16, 24),
  stride: fc.integer({ min: 1, max: 3 }),
  pad: fc.constantFrom("same" as const, "valid" as const, 0, 1),
});

/** Result and gradients of an op on the current backend. */
async function evaluate(fn: (...inputs: Tensor[]) => Tensor, inputs: { values: Float32Array; shape: number[] }[]) {
  const all = tf.tidy(() => {
    const tensors = inputs.map(({ values, shape }) => tf.tensor(values, shape)), y = fn(...tensors);
    const weights = tf.tensor(normals(y.size, 9), y.shape);
    const grads = tf.grads((...xs: Tensor[]) => tf.sum(tf.mul(fn(...xs), weights)) as Tensor)(tensors);
    return [y, ...grads];
  });
  const values = await Promise.all(all.map(async (tensor) => Float32Array.from(await tensor.data())));
  tf.dispose(all);
  return values;
}

/** Result of an op on the current backend. */
async function forward(fn: (a: Tensor, b: Tensor) => Tensor, inputs: { values: Float32Array; shape: number[] }[]) {
  const y = tf.tidy(() => {
    const [a, b] = inputs.map(({ values, shape }) => tf.tensor(values, shape));
    return fn(a!, b!);
  });
  const values = Float32Array.from(await y.data());
  y.dispose();
  return values;
}

/** Results of an op by the library, the same bits again. */
async function byLibrary(fn: (...inputs: Tensor[]) => Tensor, inputs: { values: Float32Array; shape: number[] }[]) {
  await useBackend("wasm", { products: products! });
  const found = await evaluate(fn, inputs), again = await evaluate(fn, inputs);
  assertEquals(again, found, "the same bits again");
  return found;
}

function convolution(stride: number, pad: "same" | "valid" | number): (...inputs: Tensor[]) => Tensor {
  return (x, filter) => tf.conv2d(x as Tensor4D, filter as Tensor4D, stride, pad);
}

Deno.test({
  name: `convolutions by a library agree with tfjs's cpu kernels on random shapes, strides and paddings${missing}`,
  ignore: !products,
  async fn() {
    await fc.assert(
      fc.asyncProperty(geometry, async ({ x, kernel, out, stride, pad }) => {
        const filter = [kernel, kernel, x[3], out], run = convolution(stride, pad);
        const inputs = [x, filter].map((shape, i) => ({ values: normals(sizeOf(shape), i), shape }));
        await useBackend("cpu");
        const wanted = await evaluate(run, inputs), found = await byLibrary(run, inputs);
        wanted.forEach((values, i) => assertClose(found[i]!, values, 1e-4, `result ${i}`));
      }),
      { seed: 11, numRuns: 40 },
    );
    await useBackend("wasm");
  },
});

/** Convolutions that Winograd's algorithm does, in tiles of 4×4 where the images are large enough; ends of all kinds. */
const tiled = fc.record({
  x: fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 5, max: 24 }),
    fc.integer({ min: 5, max: 24 }),
    fc.constantFrom(16, 20, 32),
  ),
  out: fc.constantFrom(16, 24),
  padding: fc.integer({ min: 0, max: 2 }),
});

Deno.test({
  name: `convolutions in tiles by a library agree with float64 loops, also in several blocks of lines${missing}`,
  ignore: !products,
  async fn() {
    await fc.assert(
      fc.asyncProperty(tiled, async ({ x: images, out, padding }) => {
        const [batch, height, width, channels] = images, ends = 2 * padding - 2;
        const y: Shape4D = [batch, height + ends, width + ends, out], filters: Shape4D = [3, 3, channels, out];
        const inputs = [images, filters].map((shape, i) => ({ values: normals(sizeOf(shape), i), shape }));
        const [x, filter] = inputs.map(({ values }) => values), dy = normals(sizeOf(y), 9);
        const shapes = { x: images, filter: filters, y };
        const wanted = convolveInLoops({ x: x!, filter: filter!, dy, shapes, stride: 1, padding });
        const found = await byLibrary(convolution(1, padding), inputs);
        wanted.forEach((values, i) => assertClose(found[i]!, values, 1e-4, `result ${i}`));
      }),
      { seed: 11, numRuns: 30, examples: [[{ x: [1, 139, 141, 16], out: 16, padding: 1 }]] },
    );
    await useBackend("wasm");
  },
});

Deno.test({
  name: `products of batches of matrices by a library agree with tfjs's cpu kernel${missing}`,
  ignore: !products,
  async fn() {
    const cases: [number[], number[], boolean, boolean][] = [
      [[3, 4], [4, 5], false, false],
      [[4, 3], [4, 5], true, false],
      [[2, 3, 4], [2, 5, 4], false, true],
      [[1, 4, 3], [3, 5, 4], true, true],
    ];
    for (const [a, b, transposeA, transposeB] of cases) {
      const inputs = [a, b].map((shape, i) => ({ values: normals(sizeOf(shape), i), shape }));
      const run = (x: Tensor, y: Tensor) => tf.matMul(x, y, transposeA, transposeB);
      await useBackend("cpu");
      const wanted = await forward(run, inputs);
      await useBackend("wasm", { products: products! });
      assertClose(await forward(run, inputs), wanted, 1e-6);
    }
    await useBackend("wasm");
  },
});
