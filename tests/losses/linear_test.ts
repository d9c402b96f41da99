import { normalizeRows, rowProducts } from "../../losses/linear.ts";
import { createRandom } from "../../tensor/random.ts";
import { type Tensor, type Tensor2D, tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";

/** Value and gradients of `f` under a fixed cotangent. */
async function pull(f: (...xs: Tensor[]) => Tensor, inputs: Tensor[], cotangent: Tensor): Promise<Float32Array[]> {
  const read = async (t: Tensor) => await t.data() as Float32Array;
  return await Promise.all([f(...inputs), ...tf.grads(f)(inputs, cotangent)].map(read));
}

/** A seeded matrix. */
function matrix(name: string, rows: number, columns: number): Tensor2D {
  const random = createRandom(3, name);
  return tf.tensor2d(Float32Array.from({ length: rows * columns }, () => random.normal()), [rows, columns]);
}

/** Compares an operation of ours with the plain tfjs composition of the same. */
async function assertSame(
  ours: (...xs: Tensor[]) => Tensor,
  stock: (...xs: Tensor[]) => Tensor,
  inputs: Tensor[],
  cotangent: Tensor,
): Promise<void> {
  const actual = await pull(ours, inputs, cotangent), expected = await pull(stock, inputs, cotangent);
  expected.forEach((values, i) => assertClose(actual[i]!, values, 1e-5, i === 0 ? "value" : `gradient ${i}`));
}

testOnBackends(
  "rowProducts() and normalizeRows() equal the stock operations and their gradients",
  async () => {
    const a = matrix("a", 4, 3), b = matrix("b", 5, 3), dy = matrix("dy", 4, 5);
    await assertSame(
      (x, y) => rowProducts(x as Tensor2D, y as Tensor2D),
      (x, y) => tf.matMul(x as Tensor2D, y as Tensor2D, false, true),
      [a, b],
      dy,
    );
    const norm = (x: Tensor) => tf.sqrt(tf.sum(tf.square(x), 1, true));
    await assertSame((x) => normalizeRows(x as Tensor2D), (x) => tf.div(x!, norm(x!)), [a], b.slice([0, 0], [4, 3]));
  },
);

testOnBackends("normalizeRows() treats rows shorter than 1e-12 as PyTorch does", async () => {
  const rows = tf.tensor2d([[0, 0], [6e-13, 8e-14], [3, 4]]), dy = tf.tensor2d([[1, 2], [1, 2], [1, 2]]);
  const [value, gradient] = await pull((x) => normalizeRows(x as Tensor2D), [rows], dy);
  assertClose(value!, [0, 0, 0.6, 0.08, 0.6, 0.8], 1e-5, "value");
  // Below the floor the map is x / 1e-12; above it (g − x̂ (x̂·g)) / ‖x‖, here (1 − .6 · 2.2, 2 − .8 · 2.2) / 5.
  assertClose(gradient!.slice(0, 4), [1e12, 2e12, 1e12, 2e12], 1e-5, "gradient below the floor");
  assertClose(gradient!.slice(4), [-0.064, 0.048], 1e-5, "gradient");
});
