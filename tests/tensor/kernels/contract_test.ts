import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { batchNorm, batchNormGradient, dropout, preluGradient, sgdStep } from "../../../tensor/kernels/mod.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type Tensor, type Tensor1D, tf } from "../../../tensor/tf.ts";
import { testOnBackends } from "../../backends.ts";
import { assertClose } from "../close.ts";

function normals(size: number, seed: number): Float32Array {
  const stream = createRandom(seed, "values");
  return Float32Array.from({ length: size }, () => stream.normal());
}

interface Norm {
  readonly shape: [number, number, number, number];
  readonly slope: boolean;
  readonly pool: boolean;
  readonly residual: boolean;
  readonly seed: number;
}

const norms: fc.Arbitrary<Norm> = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 2, max: 5 }),
    fc.integer({ min: 2, max: 7 }),
    fc.integer({ min: 2, max: 7 }),
    fc.integer({ min: 1, max: 12 }),
  ),
  slope: fc.boolean(),
  pool: fc.boolean(),
  residual: fc.boolean(),
  seed: fc.integer({ min: 0, max: 1000 }),
});

/** Batch normalisation with what follows it in float64, straight from its definition. */
function plainNorm(inputs: Record<string, Float64Array>, { shape, pool }: Norm, epsilon: number): Float64Array {
  const [batch, height, width, channels] = shape, { x, gamma, beta, slope, residual } = inputs;
  const rows = x!.length / channels, z = new Float64Array(x!.length);
  for (let c = 0; c < channels; c++) {
    let mean = 0, variance = 0;
    for (let row = 0; row < rows; row++) mean += x![row * channels + c]! / rows;
    for (let row = 0; row < rows; row++) variance += (x![row * channels + c]! - mean) ** 2 / rows;
    for (let i = c; i < z.length; i += channels) {
      z[i] = gamma![c]! * (x![i]! - mean) / Math.sqrt(variance + epsilon) + beta![c]!;
      if (slope && z[i]! < 0) z[i]! *= slope[c]!;
    }
  }
  let y = z;
  if (pool) {
    const oh = height >> 1, ow = width >> 1;
    y = Float64Array.from({ length: batch * oh * ow * channels }, (_, i) => {
      const c = i % channels, ox = Math.floor(i / channels) % ow, oy = Math.floor(i / channels / ow) % oh;
      const n = Math.floor(i / channels / ow / oh);
      const at = (dy: number, dx: number) => z[((n * height + 2 * oy + dy) * width + 2 * ox + dx) * channels + c]!;
      return Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
    });
  }
  return residual ? y.map((value, i) => value + residual[i]!) : y;
}

/** Central differences of a weighted sum of `fn` in every element of every input. */
function differences(
  fn: (inputs: Record<string, Float64Array>) => Float64Array,
  inputs: Record<string, Float64Array>,
  weights: ArrayLike<number>,
): Record<string, Float64Array> {
  const total = () => fn(inputs).reduce((sum, value, i) => sum + value * weights[i]!, 0), step = 1e-6;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, point]) => [
      name,
      Float64Array.from(point, (value, i) => {
        point[i] = value + step;
        const above = total();
        point[i] = value - step;
        const below = total();
        point[i] = value;
        return (above - below) / (2 * step);
      }),
    ]),
  );
}

testOnBackends(
  "batchNorm() and its gradients agree with float64 and finite differences, with slopes, pooling and residuals",
  async (backend) => {
    await fc.assert(
      fc.asyncProperty(norms, async (test) => {
        const { shape, slope, pool, residual, seed } = test, channels = shape[3], epsilon = 1e-3;
        const size = shape.reduce((a, b) => a * b, 1);
        const output = pool ? [shape[0], shape[1] >> 1, shape[2] >> 1, channels] : shape;
        const outputs = output.reduce((a, b) => a * b, 1);
        const values: Record<string, Float32Array> = {
          x: normals(size, seed).map((v) => 2 * v + 1),
          gamma: normals(channels, seed + 1),
          beta: normals(channels, seed + 2),
          ...slope ? { slope: normals(channels, seed + 3).map((v) => 0.3 + 0.1 * v) } : {},
          ...residual ? { residual: normals(outputs, seed + 4) } : {},
        };
        const weights = normals(outputs, seed + 5);
        const doubles = Object.fromEntries(Object.entries(values).map(([k, v]) => [k, Float64Array.from(v)]));
        const plain = (inputs: Record<string, Float64Array>) => plainNorm(inputs, test, epsilon);
        const before = tf.memory().numTensors;
        const vector = (name: string) => tf.tensor1d(values[name]!);
        const x = tf.tensor4d(values.x!, shape), dy = tf.tensor(weights, output);
        const options = {
          gamma: vector("gamma"),
          beta: vector("beta"),
          epsilon,
          pool,
          ...slope ? { slope: vector("slope") } : {},
        };
        const extra = residual ? { residual: tf.tensor(values.residual!, output) } : {};
        const { y, mean, variance } = batchNorm(x, { ...options, ...extra });
        const found = batchNormGradient(x, dy, { ...options, mean, variance });
        const read = async (tensor: Tensor) => Float32Array.from(await tensor.data());
        const results = { y: await read(y), ...await readAll(found, read) };
        tf.dispose([x, dy, y, mean, variance, options, extra, found] as never);
        assertEquals(tf.memory().numTensors, before, "no tensor is left");
        const tolerance = backend === "webgpu" ? 1e-4 : 1e-5;
        assertClose(results.y!, plain(doubles), tolerance, "y");
        const expected = differences(plain, doubles, weights);
        for (const name of ["x", "gamma", "beta", ...slope ? ["slope"] : []]) {
          assertClose(results[name]!, expected[name]!, 10 * tolerance, `gradient in ${name}`);
        }
      }),
      { seed: 7, numRuns: backend === "webgpu" ? 12 : 40 },
    );
  },
);

async function readAll(tensors: object, read: (tensor: Tensor) => Promise<Float32Array>) {
  const entries = Object.entries(tensors).filter(([, tensor]) => tensor !== undefined);
  return Object.fromEntries(await Promise.all(entries.map(async ([name, tensor]) => [name, await read(tensor)])));
}

testOnBackends("batchNorm() keeps its variance when the mean is a thousand times the deviation", async () => {
  for (const channels of [2, 8]) {
    const values = normals(512 * channels, 7).map((v) => 1000 + v);
    const x = tf.tensor2d(values, [512, channels]), gamma = tf.ones([channels]) as Tensor1D;
    const beta = tf.zeros([channels]) as Tensor1D;
    const { y, mean, variance } = batchNorm(x, { gamma, beta, epsilon: 1e-5 });
    const expected = Array.from({ length: channels }, (_, c) => {
      const column = Array.from({ length: 512 }, (_, row) => values[channels * row + c]!);
      const centre = column.reduce((a, b) => a + b) / 512;
      return column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 512;
    });
    assertClose(await variance.data(), expected, 1e-3, "variance");
    tf.dispose([x, gamma, beta, y, mean, variance]);
  }
});

testOnBackends("preluGradient() agrees with its formula", async () => {
  for (const channels of [3, 8]) {
    const size = 30 * channels, x = normals(size, 1), dy = normals(size, 2), slope = normals(channels, 3);
    const tensors = [tf.tensor2d(x, [30, channels]), tf.tensor2d(dy, [30, channels])];
    const alpha = tf.tensor1d(slope), found = preluGradient(tensors[0]!, tensors[1]!, alpha);
    const inX = x.map((value, i) => dy[i]! * (value > 0 ? 1 : slope[i % channels]!));
    const inSlope = new Float64Array(channels);
    x.forEach((value, i) => inSlope[i % channels]! += dy[i]! * Math.min(value, 0));
    assertClose(await found.x.data(), inX, 1e-6, "x");
    assertClose(await found.slope.data(), inSlope, 1e-5, "slope");
    tf.dispose([...tensors, alpha, found.x, found.slope]);
  }
});

testOnBackends("dropout() drops where its stream's words are below the rate", async () => {
  for (const [size, rate] of [[1, 0.5], [1003, 0.4], [4096, 0.9], [64, 0]] as const) {
    const x = normals(size, 4), random = createRandom(3, `dropout/${size}`), words = createRandom(3, `dropout/${size}`);
    const tensor = tf.tensor1d(x), y = dropout(tensor, rate, random);
    const wanted = x.map((value) => words.uint32() < rate * 2 ** 32 ? 0 : value * Math.fround(1 / (1 - rate)));
    assertClose(await y.data(), wanted, 1e-6);
    assertEquals(random.position, 0);
    tf.dispose([tensor, y]);
  }
});

testOnBackends("sgdStep() updates every variable as its formula says, and leaves clones alone", async (backend) => {
  for (
    const [momentum, nesterov, gradientScale, factor] of [
      [0, false, 1],
      [0.9, false, 0.5],
      [0.9, true, 1],
      [0, false, 0.5, 0.25],
      [0.9, true, 1, 0.25],
    ] as const
  ) {
    const gate = factor === undefined ? undefined : tf.tensor1d([factor, 1]), scale = gradientScale * (factor ?? 1);
    const rateOf = (i: number) => i % 3 === 1 ? 0.5 : 1;
    const sizes = [1, 7, 64, 1000, 5, 33, 16_384, 2, 9, 10], rate = 0.1, weightDecay = 0.01;
    const make = (seed: number) => sizes.map((size) => tf.variable(tf.tensor1d(normals(size, seed + size))));
    const variables = make(1), velocities = make(2), gradients = make(3), clone = tf.clone(variables[2]!);
    const step = () =>
      sgdStep(
        variables.map((variable, i) => ({
          variable,
          gradient: gradients[i]!,
          weightDecay: i === 0 ? 0 : weightDecay,
          ...i % 3 === 1 ? { rateFactor: rateOf(i) } : {},
          ...momentum === 0 ? {} : { velocity: velocities[i]! },
        })),
        { rate, momentum, nesterov, gradientScale, ...gate ? { gate } : {} },
      );
    step();
    const tensors = tf.memory().numTensors;
    step();
    assertEquals(tf.memory().numTensors, tensors);
    for (const [i, size] of sizes.entries()) {
      const p = normals(size, 1 + size), v = normals(size, 2 + size), g = normals(size, 3 + size);
      for (let repeat = 0; repeat < 2; repeat++) {
        for (let k = 0; k < size; k++) {
          const gradient = g[k]! * scale + (i === 0 ? 0 : weightDecay) * p[k]!;
          v[k] = momentum * v[k]! + gradient;
          p[k]! -= rate * rateOf(i) * (momentum === 0 ? gradient : nesterov ? gradient + momentum * v[k]! : v[k]!);
        }
      }
      assertClose(await variables[i]!.data(), p, 1e-6, `variable ${i} [${backend}]`);
    }
    assertEquals([...await clone.data()], [...normals(64, 65)]);
    tf.dispose([...variables, ...velocities, ...gradients, clone, ...gate ? [gate] : []]);
  }
});
