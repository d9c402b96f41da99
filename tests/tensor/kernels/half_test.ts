import { assertEquals, assertThrows } from "@std/assert";
import { conv2d, convFilterGradient, convInputGradient } from "../../../tensor/kernels/conv.ts";
import { addStored, allFinite, fromHalf, isHalf, toHalf } from "../../../tensor/kernels/half.ts";
import { batchNorm, batchNormGradient, dropout, preluGradient } from "../../../tensor/kernels/mod.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type Tensor, type Tensor1D, type Tensor4D, tf } from "../../../tensor/tf.ts";
import { testOnBackends } from "../../backends.ts";
import { assertClose } from "../close.ts";

function normals(shape: number[], seed: number): Tensor {
  const stream = createRandom(seed, "values"), size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, () => stream.normal()), shape);
}

testOnBackends("toHalf() rounds to nearest, and fromHalf() gives it back", async () => {
  // Halfway cases round to even; 2⁻²⁴ is the smallest subnormal.
  const given = [0, 1, -2.5, 65_504, 1 / 3, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -24];
  const wanted = [0, 1, -2.5, 65_504, 0.333251953125, 1, 1 + 2 ** -9, 2 ** -24];
  const x = tf.tensor2d(given, [1, 8]), half = toHalf(x), back = fromHalf(half);
  assertEquals([isHalf(half), half.shape, isHalf(back), back.shape], [true, [1, 4], false, [1, 8]]);
  assertClose(await back.data(), wanted, 1e-8);
  assertThrows(() => toHalf(tf.zeros([2, 6])), RangeError, "wanted a multiple of 4");
  tf.dispose([x, half, back]);
}, ["webgpu"]);

testOnBackends("kernels on half tensors give what they give on the same values in float32", async () => {
  const shape: [number, number, number, number] = [3, 6, 5, 8], filter = normals([3, 3, 8, 12], 1) as Tensor4D;
  const rounded = (x: Tensor) => [fromHalf(toHalf(x)), toHalf(x)] as const;
  const [x, hx] = rounded(normals(shape, 2)), options = { stride: 2, padding: 1 };
  const check = async (found: Tensor, wanted: Tensor, what: string) => {
    const full = isHalf(found) ? fromHalf(found) : found;
    assertEquals(full.shape, wanted.shape, what);
    assertClose(await full.data(), await wanted.data(), isHalf(found) ? 1e-3 : 1e-5, what);
  };
  const y = conv2d(x as Tensor4D, filter, options);
  await check(conv2d(hx as Tensor4D, filter, { ...options, storage: "f16" }), y, "convolution");
  const [dy, hdy] = rounded(normals(y.shape, 3)) as unknown as [Tensor4D, Tensor4D];
  const inputs = convInputGradient(dy, filter, shape, options), half = convInputGradient(hdy, filter, shape, options);
  assertEquals(isHalf(half), true);
  await check(half, inputs, "input gradient");
  const wanted = convFilterGradient(x as Tensor4D, dy, [3, 3, 8, 12], options);
  await check(convFilterGradient(hx as Tensor4D, hdy, [3, 3, 8, 12], options), wanted, "filter gradient");
  for (const pool of [false, true]) {
    const norm = {
      gamma: normals([8], 4) as Tensor1D,
      beta: normals([8], 5) as Tensor1D,
      slope: tf.fill([8], 0.25) as Tensor1D,
      epsilon: 1e-3,
      pool,
    };
    const output = pool ? [3, 3, 2, 8] : shape, [residual, hResidual] = rounded(normals(output, 6));
    const full = batchNorm(x, { ...norm, ...pool ? {} : { residual } });
    const packed = batchNorm(hx, { ...norm, ...pool ? {} : { residual: hResidual } });
    await check(packed.y, full.y, `batch norm ${pool}`);
    const [g, hg] = rounded(normals(output, 7)), statistics = { mean: full.mean, variance: full.variance };
    const gradients = batchNormGradient(x, g, { ...norm, ...statistics });
    const found = batchNormGradient(hx, hg, { ...norm, ...statistics });
    for (const name of ["x", "gamma", "beta", "slope"] as const) {
      await check(found[name]!, gradients[name]!, `${name} ${pool}`);
    }
  }
  await check(addStored(hx, hx), addStored(x, x), "sum");
  const random = createRandom(0, "dropout"), [g, hg] = rounded(normals(shape, 8));
  await check(dropout(hx, 0.4, random), dropout(x, 0.4, random), "dropout");
  const slope = tf.fill([8], 0.25) as Tensor1D;
  const prelu = preluGradient(x, g, slope), found = preluGradient(hx, hg, slope);
  await check(found.x, prelu.x, "PReLU");
  await check(found.slope, prelu.slope, "PReLU's slopes");
}, ["webgpu"]);

testOnBackends("allFinite() finds one value among many that is not", async () => {
  const tensors = [tf.zeros([5]), tf.ones([3000]), ...Array.from({ length: 9 }, (_, i) => tf.fill([7, 3], i))];
  const read = async () => {
    const flag = allFinite(tensors), [value] = await flag.data();
    flag.dispose();
    return value;
  };
  assertEquals(await read(), 1);
  for (const bad of [NaN, Infinity, -Infinity]) {
    const values = new Float32Array(3000).fill(1);
    values[2999] = bad;
    tensors[1]!.dispose();
    tensors[1] = tf.tensor1d(values);
    assertEquals(await read(), 0, `${bad}`);
  }
  tf.dispose(tensors);
}, ["webgpu"]);
