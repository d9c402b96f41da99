import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { loadBlas } from "../../../experiments/openblas.ts";
import { useBackend } from "../../../tensor/backend.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type Tensor, type Tensor4D, tf } from "../../../tensor/tf.ts";
import { assertClose } from "../close.ts";

const products = await loadBlas(), missing = products ? "" : " (needs OpenBLAS)";

function normals(size: number, seed: number): Float32Array {
  const stream = createRandom(seed, "values");
  return Float32Array.from({ length: size }, () => stream.normal());
}

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

/** Convolutions that Winograd's algorithm does, in tiles of 4×4 where the images are large enough; ends of all kinds. */
const tiled = fc.record({
  x: fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 5, max: 24 }),
    fc.integer({ min: 5, max: 24 }),
    fc.constantFrom(16, 20, 32),
  ),
  kernel: fc.constant(3),
  out: fc.constantFrom(16, 24),
  stride: fc.constant(1),
  pad: fc.constantFrom("same" as const, "valid" as const, 2),
});

Deno.test({
  name: `convolutions by a library agree with tfjs's cpu kernels on random shapes, strides and paddings${missing}`,
  ignore: !products,
  async fn() {
    await fc.assert(
      fc.asyncProperty(fc.oneof(geometry, tiled), async ({ x, kernel, out, stride, pad }) => {
        const filter = [kernel, kernel, x[3], out];
        const inputs = [x, filter].map((shape, i) => ({ values: normals(shape.reduce((a, b) => a * b), i), shape }));
        const run = (a: Tensor, b: Tensor) => tf.conv2d(a as Tensor4D, b as Tensor4D, stride, pad);
        await useBackend("cpu");
        const wanted = await evaluate(run as never, inputs);
        await useBackend("wasm", { products: products! });
        const found = await evaluate(run as never, inputs), again = await evaluate(run as never, inputs);
        wanted.forEach((values, i) => assertClose(found[i]!, values, 1e-4, `result ${i}`));
        assertEquals(again, found, "the same bits again");
      }),
      {
        seed: 11,
        numRuns: 60,
        // Several blocks of lines.
        examples: [[{ x: [1, 139, 141, 16], kernel: 3, out: 16, stride: 1, pad: "same" }]],
      },
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
      const inputs = [a, b].map((shape, i) => ({ values: normals(shape.reduce((x, y) => x * y), i), shape }));
      const run = (x: Tensor, y: Tensor) => tf.matMul(x, y, transposeA, transposeB);
      await useBackend("cpu");
      const wanted = await forward(run, inputs);
      await useBackend("wasm", { products: products! });
      assertClose(await forward(run, inputs), wanted, 1e-6);
    }
    await useBackend("wasm");
  },
});
