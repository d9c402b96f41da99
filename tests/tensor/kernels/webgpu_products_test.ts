import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { checkDevice } from "../../../tensor/device.ts";
import type { Shape4D } from "../../../tensor/kernels/geometry.ts";
import { conv2d, convFilterGradient, convInputGradient } from "../../../tensor/kernels/conv.ts";
import { currentTile, STANDARD_TILE, TILES, useTile } from "../../../tensor/kernels/webgpu/tiles.ts";
import { tuneTiles } from "../../../tensor/kernels/webgpu/tune_tiles.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type Tensor, tf } from "../../../tensor/tf.ts";
import { testOnBackends } from "../../backends.ts";
import { assertClose } from "../close.ts";
import { convolveInLoops } from "./conv_loops.ts";

function normals(size: number, seed: number): Float32Array {
  const stream = createRandom(seed, "values");
  return Float32Array.from({ length: size }, () => stream.normal());
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

interface Case {
  readonly x: Shape4D;
  readonly kernel: [number, number];
  readonly out: number;
  readonly stride: number;
  readonly padding: number;
  readonly tile: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  x: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 3, max: 10 }),
    fc.integer({ min: 3, max: 10 }),
    fc.constantFrom(1, 3, 4, 5, 8, 16),
  ),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  out: fc.constantFrom(1, 2, 4, 6, 12, 20),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 1 }),
  tile: fc.integer({ min: 0, max: TILES.length - 1 }),
});

testOnBackends("products of integers and truth values that were cast are those of the numbers", async () => {
  const labels = tf.tensor1d([3, 0, 2, 3], "int32"), rows = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
  const product = tf.tidy(() => tf.matMul(tf.cast(tf.oneHot(labels, 4), "float32"), rows, true));
  const mask = tf.tidy(() => tf.matMul(tf.cast(tf.greater(rows, 4), "float32"), rows, true));
  assertEquals([...await product.data()], [3, 4, 0, 0, 5, 6, 8, 10]);
  assertEquals([...await mask.data()], [12, 14, 12, 14]);
  tf.dispose([labels, rows, product, mask]);
});

testOnBackends("convolutions and their gradients agree with float64 loops on every tile", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ x: shape, kernel, out, stride, padding, tile }) => {
      useTile(TILES[tile]!);
      const filterShape: Shape4D = [...kernel, shape[3], out], options = { stride, padding };
      const a = normals(sizeOf(shape), 1), b = normals(sizeOf(filterShape), 2);
      const x = tf.tensor4d(a, shape), filter = tf.tensor4d(b, filterShape), before = tf.memory().numTensors;
      const y = conv2d(x, filter, options), d = normals(y.size, 3), dy = tf.tensor4d(d, y.shape);
      const dx = convInputGradient(dy, filter, shape, options), dw = convFilterGradient(x, dy, filterShape, options);
      const shapes = { x: shape, filter: filterShape, y: y.shape };
      const wanted = convolveInLoops({ x: a, filter: b, dy: d, shapes, ...options });
      assertClose(await y.data(), wanted[0], 1e-5, "convolution");
      assertClose(await dx.data(), wanted[1], 1e-5, "input gradient");
      assertClose(await dw.data(), wanted[2], 1e-5, "filter gradient");
      tf.dispose([y, dy, dx, dw]);
      assertEquals(tf.memory().numTensors, before, "no tensor is left");
      tf.dispose([x, filter]);
    }),
    { seed: 11, numRuns: 40 },
  );
  useTile(STANDARD_TILE);
}, ["webgpu"]);

const sides = fc.constantFrom(1, 2, 3, 4, 7, 8, 33, 64, 130, 600);

testOnBackends("matrix products agree with float64 loops in every transposition", async () => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(sides, sides, sides), fc.boolean(), fc.boolean(), async (
      [m, k, n],
      transposeA,
      transposeB,
    ) => {
      const a = normals(m * k, 1), b = normals(k * n, 2), wanted = new Float64Array(m * n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let t = 0; t < k; t++) {
            sum += a[transposeA ? t * m + i : i * k + t]! * b[transposeB ? j * k + t : t * n + j]!;
          }
          wanted[i * n + j] = sum;
        }
      }
      const left = tf.tensor2d(a, transposeA ? [k, m] : [m, k]), right = tf.tensor2d(b, transposeB ? [n, k] : [k, n]);
      const before = tf.memory().numTensors;
      const product = tf.matMul(left, right, transposeA, transposeB);
      assertClose(await product.data(), wanted, 1e-5);
      product.dispose();
      assertEquals(tf.memory().numTensors, before, "no tensor is left");
      tf.dispose([left, right]);
    }),
    { seed: 12, numRuns: 40 },
  );
}, ["wasm", "webgpu"]);

testOnBackends("products of several matrices and fused activations are what they were", async () => {
  const a = tf.ones([2, 3, 4]), b = tf.ones([2, 4, 5]), product = tf.matMul(a, b);
  assertEquals([...await product.data()], new Array(30).fill(4));
  const [x, w] = [tf.ones([3, 4]), tf.mul(tf.ones([4, 8]), -1)] as [Tensor, Tensor];
  const fused = tf.fused.matMul({ a: x as never, b: w as never, activation: "relu" });
  assertEquals([...await fused.data()], new Array(24).fill(0));
  tf.dispose([a, b, product, x, w, fused]);
}, ["webgpu"]);

testOnBackends("the same inputs give the same bits on repeat", async () => {
  const x = tf.tensor4d(normals(8 * 14 * 14 * 16, 1), [8, 14, 14, 16]),
    dy = tf.tensor4d(normals(8 * 14 * 14 * 32, 2), [8, 14, 14, 32]);
  const filter = tf.tensor4d(normals(9 * 16 * 32, 3), [3, 3, 16, 32]), options = { stride: 1, padding: 1 };
  const all = async () => {
    const results = [
      conv2d(x, filter, options),
      convInputGradient(dy, filter, [8, 14, 14, 16], options),
      convFilterGradient(x, dy, [3, 3, 16, 32], options),
    ];
    const values = await Promise.all(results.map(async (tensor) => [...await tensor.data()]));
    tf.dispose(results);
    return values;
  };
  assertEquals(await all(), await all());
  tf.dispose([x, dy, filter]);
}, ["webgpu"]);

testOnBackends("a filter's gradient over a hundred thousand rows keeps its digits", async () => {
  const rows = 100_352, a = normals(rows, 1).map((v) => v > 0 ? 1 : -1), noise = normals(rows * 4, 2);
  const means = [0, 1, 2, 3].map((c) => noise.reduce((sum, v, i) => i % 4 === c ? sum + v / rows : sum, 0));
  const d = noise.map((v, i) => v - means[i % 4]!), wanted = new Float64Array(4);
  d.forEach((v, i) => wanted[i % 4]! += v * a[i >> 2]!);
  const x = tf.tensor4d(a, [128, 28, 28, 1]), dy = tf.tensor4d(d, [128, 28, 28, 4]);
  const dw = convFilterGradient(x, dy, [1, 1, 1, 4], { stride: 1, padding: 0 });
  assertClose(await dw.data(), wanted, 1e-5);
  tf.dispose([x, dy, dw]);
}, ["webgpu"]);

testOnBackends("tuneTiles() keeps the tile that the clock calls fastest", async () => {
  let time = 0;
  const now = () => time += TILES.indexOf(currentTile()) === 1 ? 1 : 5;
  const before = tf.memory().numTensors;
  assertEquals(await tuneTiles({ now, tiles: TILES.slice(0, 3), runs: 2 }), TILES[1]);
  assertEquals(currentTile(), TILES[1]);
  assertEquals(tf.memory().numTensors, before);
  useTile(STANDARD_TILE);
}, ["webgpu"]);

testOnBackends("tuneTiles() does not take a tile that the device refuses", async () => {
  const refused = { rows: 1, columns: 1, workgroup: 4096 };
  const now = () => performance.now();
  assertEquals(await tuneTiles({ now, tiles: [refused, TILES[0]!], runs: 1 }), TILES[0]);
  await assertRejects(() => tuneTiles({ now, tiles: [refused], runs: 1 }), Error, "refuses all of them");
  useTile(STANDARD_TILE);
  checkDevice();
}, ["webgpu"]);
