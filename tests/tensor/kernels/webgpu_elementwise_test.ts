import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { checkDevice } from "../../../tensor/device.ts";
import { fromHalf, toHalf } from "../../../tensor/kernels/half.ts";
import { batchNorm, batchNormGradient, dropout, preluGradient, sgdStep } from "../../../tensor/kernels/mod.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type Tensor, type Tensor1D, tf } from "../../../tensor/tf.ts";
import { testOnBackends } from "../../backends.ts";
import { assertClose } from "../close.ts";

function normals(size: number, seed: number): Float32Array {
  const stream = createRandom(seed, "values");
  return Float32Array.from({ length: size }, () => stream.normal());
}

/** Mean and biased variance of every column in float64. */
function moments(values: Float32Array, channels: number): { mean: Float64Array; variance: Float64Array } {
  const rows = values.length / channels, mean = new Float64Array(channels), variance = new Float64Array(channels);
  values.forEach((value, i) => mean[i % channels]! += value / rows);
  values.forEach((value, i) => variance[i % channels]! += (value - mean[i % channels]!) ** 2 / rows);
  return { mean, variance };
}

testOnBackends("batchNorm() gives right statistics whatever the first row is, and over many rows", async () => {
  for (
    const [rows, channels, centre, first] of [
      [20_000, 4, 1000, 0],
      [20_000, 3, 0, 1000],
      [100_352, 8, -1, -1],
      [129, 8, 1e4, 1e4],
    ] as const
  ) {
    const values = normals(rows * channels, rows).map((v, i) => i < channels ? first : centre + v);
    const x = tf.tensor2d(values, [rows, channels]), wanted = moments(values, channels);
    const gamma = tf.ones([channels]) as Tensor1D, beta = tf.zeros([channels]) as Tensor1D;
    const { y, mean, variance } = batchNorm(x, { gamma, beta, epsilon: 1e-5 });
    (await mean.data()).forEach((found, c) => {
      const right = wanted.mean[c]!, bound = 1e-7 * Math.abs(right) + 1e-6 * Math.sqrt(wanted.variance[c]!);
      assert(
        Math.abs(found - right) <= bound,
        `mean of ${rows}×${channels} around ${centre}: ${found}, wanted ${right}`,
      );
    });
    assertClose(await variance.data(), wanted.variance, 2e-5, `variance of ${rows}×${channels} around ${centre}`);
    tf.dispose([x, gamma, beta, y, mean, variance]);
  }
});

testOnBackends("batchNormGradient() is right where 100,352 rows nearly cancel", async () => {
  const rows = 100_352;
  for (const channels of [2, 8]) {
    const size = rows * channels, values = normals(size, 1), noise = normals(size, 2);
    // Gradients of a large constant, which batch norm cancels, and a small rest.
    const gradient = noise.map((v, i) => 10 + values[i]! + 0.01 * v);
    const { mean: m, variance: v } = moments(values, channels), epsilon = 1e-5;
    const sums = [0, 1].map(() => new Float64Array(channels));
    const inverse = v.map((variance) => 1 / Math.sqrt(variance + epsilon));
    const unit = (i: number) => (values[i]! - m[i % channels]!) * inverse[i % channels]!;
    gradient.forEach((g, i) => {
      sums[0]![i % channels]! += g;
      sums[1]![i % channels]! += g * unit(i);
    });
    const [dBeta, dGamma] = sums as [Float64Array, Float64Array];
    const wanted = Float64Array.from(gradient, (g, i) => {
      const c = i % channels;
      return inverse[c]! * (g - (dBeta[c]! + unit(i) * dGamma[c]!) / rows);
    });
    const x = tf.tensor2d(values, [rows, channels]), dy = tf.tensor2d(gradient, [rows, channels]);
    const gamma = tf.ones([channels]) as Tensor1D, beta = tf.zeros([channels]) as Tensor1D;
    const { y, mean, variance } = batchNorm(x, { gamma, beta, epsilon });
    const found = batchNormGradient(x, dy, { gamma, beta, epsilon, mean, variance });
    assertClose(await found.beta.data(), dBeta, 1e-6, "β");
    assertClose(await found.gamma.data(), dGamma, 1e-5, "γ");
    // The rest is a thousandth of the gradient: this is float32's last digits of it.
    assertClose(await found.x.data(), wanted, 1e-4, "x");
    const left = new Float64Array(channels);
    (await found.x.data()).forEach((value, i) => left[i % channels]! += value / rows);
    assertClose(left, new Float64Array(channels), 1, "mean of the gradient in x");
    tf.dispose([x, dy, gamma, beta, y, mean, variance, found.x, found.gamma, found.beta]);
  }
}, ["webgpu"]);

testOnBackends("the gradient behind pooling goes to the first of tied maxima, on flat ground too", async () => {
  for (const channels of [3, 4]) {
    const shape: [number, number, number, number] = [2, 6, 5, channels], size = 60 * channels;
    const values = Float32Array.from({ length: size }, (_, i) => Math.floor(i / channels) % 7 === 0 ? 1 : -1);
    const x = tf.tensor4d(values, shape), dy = tf.ones([2, 3, 2, channels]);
    const norm = {
      gamma: tf.ones([channels]) as Tensor1D,
      beta: tf.zeros([channels]) as Tensor1D,
      slope: tf.fill([channels], 0.25) as Tensor1D,
      epsilon: 1e-5,
      pool: true,
    };
    // With these statistics z = x, and dx = dz − mean(dz) − x·mean(dz·x).
    const statistics = { mean: tf.zeros([channels]) as Tensor1D, variance: tf.fill([channels], 1 - 1e-5) as Tensor1D };
    const found = batchNormGradient(x, dy, { ...norm, ...statistics });
    const dz = new Float64Array(size);
    for (let window = 0; window < 12 * channels; window++) {
      const c = window % channels, ox = Math.floor(window / channels) % 2, oy = Math.floor(window / channels / 2) % 3;
      const corner = ((Math.floor(window / channels / 6) * 6 + 2 * oy) * 5 + 2 * ox) * channels + c;
      const places = [0, 1, 5, 6].map((step) => corner + step * channels);
      const at = places.reduce((best, place) => values[place]! > values[best]! ? place : best);
      dz[at]! += values[at]! > 0 ? 1 : 0.25;
    }
    const rows = 60, sum = new Float64Array(channels), product = new Float64Array(channels);
    dz.forEach((d, i) => {
      sum[i % channels]! += d / rows;
      product[i % channels]! += d * values[i]! / rows;
    });
    const wanted = dz.map((d, i) => d - sum[i % channels]! - values[i]! * product[i % channels]!);
    assertClose(await found.x.data(), wanted, 1e-5);
    tf.dispose([x, dy, norm as never, statistics as never, found as never]);
  }
}, ["webgpu"]);

testOnBackends("the same inputs give the same bits again, in float32 and float16", async () => {
  const arbitrary = fc.record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 2, max: 17 }),
      fc.integer({ min: 2, max: 17 }),
      fc.integer({ min: 1, max: 24 }),
    ),
    pool: fc.boolean(),
    half: fc.boolean(),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ shape: [n, h, w, c], pool, half, seed }) => {
      const channels = half ? 4 * Math.ceil(c / 4) : c, shape = [n, h, w, channels];
      const output = pool ? [n, h >> 1, w >> 1, channels] : shape;
      const make = (dims: number[], offset: number) =>
        tf.tidy(() => {
          const full = tf.tensor(normals(dims.reduce((a, b) => a * b), seed + offset), dims);
          return half ? toHalf(full) : full;
        });
      const vector = (offset: number) => tf.tensor1d(normals(channels, seed + offset));
      const once = async () => {
        const tensors = tf.tidy(() => {
          const x = make(shape, 1), dy = make(output, 2), dz = make(shape, 3), slope = vector(4);
          const norm = { gamma: vector(5), beta: vector(6), slope, epsilon: 1e-5, pool };
          const { y, mean, variance } = batchNorm(x, norm);
          const { x: dx, gamma, beta, slope: dSlope } = batchNormGradient(x, dy, { ...norm, mean, variance });
          const prelu = preluGradient(x, dz, slope);
          const dropped = dropout(x, 0.3, createRandom(seed, "dropout"));
          return [y, mean, variance, dx, gamma, beta, dSlope!, prelu.x, prelu.slope, dropped] as Tensor[];
        });
        const bits = await Promise.all(
          tensors.map(async (tensor) => [...new Uint32Array((await tensor.data()).buffer)]),
        );
        tf.dispose(tensors);
        return bits;
      };
      assertEquals(await once(), await once());
    }),
    { seed: 11, numRuns: 12 },
  );
}, ["webgpu"]);

testOnBackends("toHalf() rounds halfway cases to even, down to subnormals and up to ±65,504", async () => {
  const even = [1 + 2 ** -11, 1 + 3 * 2 ** -11, -(1 + 2 ** -11), 2049, 2051, 65_519, -65_519, 65_503];
  const wantedEven = [1, 1 + 2 ** -9, -1, 2048, 2052, 65_504, -65_504, 65_504];
  const small = [2 ** -14, 2 ** -15, -(2 ** -24), 3 * 2 ** -24, 1023 * 2 ** -24, 5 * 2 ** -25, 2 ** -26, -0];
  const wantedSmall = [2 ** -14, 2 ** -15, -(2 ** -24), 3 * 2 ** -24, 1023 * 2 ** -24, 2 ** -23, 0, -0];
  const wanted = [...wantedEven, ...wantedSmall], x = tf.tensor2d([...even, ...small], [2, 8]);
  const half = toHalf(x), back = fromHalf(half);
  assertEquals([...await back.data()], wanted);
  tf.dispose([x, half, back]);
  const beyond = tf.tensor2d([[65_520, -65_520, 1e6, -1e30, Infinity, -Infinity, 65_519.9, -65_519.9]]);
  const stored = toHalf(beyond), found = fromHalf(stored);
  assertEquals([...await found.data()], [...[1, -1, 1, -1, 1, -1].map((sign) => sign * Infinity), 65_504, -65_504]);
  const none = tf.tensor2d([[NaN, 0, 0, 0]]), kept = toHalf(none), noNumber = fromHalf(kept);
  assert(!Number.isFinite((await noNumber.data())[0]!));
  tf.dispose([beyond, stored, found, none, kept, noNumber]);
}, ["webgpu"]);

testOnBackends("sgdStep() stands in order with tfjs's own kernels before and after it", async () => {
  const sizes = [70, 1, 300, 8, 4000];
  const variables = sizes.map((size) => tf.variable(tf.zeros([size])));
  const velocities = sizes.map((size) => tf.variable(tf.zeros([size])));
  let seen: Tensor[] = [];
  for (let step = 1; step <= 3; step++) {
    const gradients = variables.map((variable) => tf.tidy(() => tf.add(tf.mul(variable, 0), step)));
    const before = variables.map((variable) => tf.add(variable, 0));
    sgdStep(
      variables.map((variable, i) => ({
        variable,
        velocity: velocities[i]!,
        gradient: gradients[i]!,
        weightDecay: 0,
      })),
      { rate: 1, momentum: 0.5, nesterov: false },
    );
    tf.dispose([...gradients, ...seen]);
    seen = [...before, ...variables.map((variable) => tf.add(variable, 0))];
  }
  // Velocities 1, 2.5, 4.25.
  const found = await Promise.all(seen.map(async (tensor) => [...new Set(await tensor.data())]));
  assertEquals(found, [...sizes.map(() => [-3.5]), ...sizes.map(() => [-7.75])]);
  tf.dispose([...seen, ...variables, ...velocities]);
}, ["webgpu"]);

testOnBackends("every variant of batch norm's shaders is one that the device takes", () => {
  const flags = [false, true];
  for (const [channels, half] of [[3, false], [4, false], [4, true]] as const) {
    for (const slope of flags) {
      for (const pool of flags) {
        for (const residual of flags) {
          tf.tidy(() => {
            const stored = (shape: number[]) => half ? toHalf(tf.ones(shape)) : tf.ones(shape);
            const output = pool ? [2, 2, 1, channels] : [2, 4, 3, channels], x = stored([2, 4, 3, channels]);
            const vector = tf.ones([channels]) as Tensor1D;
            const norm = { gamma: vector, beta: vector, epsilon: 1, pool, ...slope ? { slope: vector } : {} };
            const { mean, variance } = batchNorm(x, { ...norm, ...residual ? { residual: stored(output) } : {} });
            batchNormGradient(x, stored(output), { ...norm, mean, variance });
          });
        }
      }
    }
  }
  return settleAndCheck();
}, ["webgpu"]);

/** Waits for the device, then fails if it reported an error. */
async function settleAndCheck(): Promise<void> {
  const one = tf.ones([1]), two = tf.add(one, one);
  await two.data();
  tf.dispose([one, two]);
  checkDevice();
}
