import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type ClassChunk,
  classGradient,
  classStatistics,
  gatherRows,
  inverseRowNorms,
  scatterRows,
  tangentRows,
} from "../../../tensor/kernels/mod.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type Tensor1D, type Tensor2D, tf } from "../../../tensor/tf.ts";
import { testOnBackends } from "../../backends.ts";
import { assertClose } from "../close.ts";

const SEED = { seed: 11, numRuns: 12 };

/** Seeded normal numbers. */
function normals(name: string, count: number, scale = 1): Float32Array {
  const random = createRandom(5, name);
  return Float32Array.from({ length: count }, () => scale * random.normal());
}

/** A chunk of columns `[first, first + n)` and its logits in float64, without the samples' own. */
function chunkOf({ batch, n, first, s, biased }: Shape) {
  const products = normals("products", batch * n), inverse = normals("inverse", n).map((x) => 0.3 + Math.abs(x));
  const bias = normals("bias", n), labels = Int32Array.from({ length: batch }, (_, i) => (i * 7) % (n + first + 2));
  const logit = (i: number, j: number) => s * products[i * n + j]! * inverse[j]! + (biased ? bias[j]! : 0);
  const chunk: ClassChunk = {
    products: tf.tensor2d(products, [batch, n]),
    inverse: tf.tensor1d(inverse),
    bias: biased ? tf.tensor1d(bias) : undefined,
    labels: tf.tensor1d(labels, "int32"),
    first,
    s,
  };
  const others = (i: number) => Array.from({ length: n }, (_, j) => j).filter((j) => j + first !== labels[i]);
  return { chunk, logit, others, labels, inverse };
}

interface Shape {
  readonly batch: number;
  readonly n: number;
  readonly first: number;
  readonly s: number;
  readonly biased: boolean;
}

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 6 }),
  n: fc.integer({ min: 2, max: 1400 }),
  first: fc.integer({ min: 0, max: 5 }),
  s: fc.constantFrom(1, 30, 64),
  biased: fc.boolean(),
});

testOnBackends("classStatistics() and classGradient() equal float64, chunk after chunk", async (backend) => {
  const tolerance = backend === "webgpu" ? 2e-5 : 2e-6;
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const { chunk, logit, others, labels, inverse } = chunkOf(shape), { batch, n, s } = shape;
      const before = tf.tidy(() => tf.tensor2d(Array.from({ length: batch }, (_, i) => [i * 20 - 30, 1.5])));
      const statistics = classStatistics(chunk, before), alone = classStatistics(chunk);
      const read = await statistics.data(), readAlone = await alone.data();
      const expected: number[] = [], found: number[] = [];
      const lse: number[] = [];
      for (let i = 0; i < batch; i++) {
        const z = others(i).map((j) => logit(i, j)), top = Math.max(...z);
        const total = z.reduce((sum, x) => sum + Math.exp(x - top), 0);
        const both = Math.max(top, i * 20 - 30);
        expected.push(Math.log(total) + top);
        expected.push(both + Math.log(total * Math.exp(top - both) + 1.5 * Math.exp(i * 20 - 30 - both)));
        found.push(Math.log(readAlone[2 * i + 1]!) + readAlone[2 * i]!);
        found.push(Math.log(read[2 * i + 1]!) + read[2 * i]!);
        lse.push(Math.fround(expected.at(-1)! + 0.1 * i));
      }
      assertClose(found, expected, tolerance, "log-sum-exp");
      const weight = normals("weight", batch), target = normals("target", batch);
      const pull = {
        logSumExp: tf.tensor1d(lse),
        weight: tf.tensor1d(weight),
        target: tf.tensor1d(target),
      };
      const gradient = classGradient(chunk, pull), again = classGradient(chunk, pull);
      const wanted = Float64Array.from({ length: batch * n }, (_, at) => {
        const i = Math.floor(at / n), j = at % n, scale = s * inverse[j]!;
        if (j + shape.first === labels[i]) return target[i]! * scale;
        return weight[i]! * Math.exp(logit(i, j) - lse[i]!) * scale;
      });
      const values = await gradient.data();
      assertClose(values, wanted, tolerance * 10, "gradient");
      assertEquals(await again.data(), values);
      tf.dispose([before, statistics, alone, gradient, again, ...Object.values(pull)]);
      tf.dispose([chunk.products, chunk.inverse, chunk.labels, ...chunk.bias ? [chunk.bias] : []]);
    }),
    backend === "webgpu" ? { ...SEED, numRuns: 6 } : SEED,
  );
});

testOnBackends("classStatistics() and classGradient() pass on what is not a number", async () => {
  for (const bad of [NaN, Infinity]) {
    const [products, inverse, labels] = [tf.tensor2d([[1, bad, 2, 3, 4]]), tf.ones([5]), tf.tensor1d([0], "int32")];
    const chunk = { products, inverse: inverse as Tensor1D, labels, first: 0, s: 1 };
    const statistics = classStatistics(chunk), later = tf.tensor2d([[1, 2, 3, 4, 5]]);
    // A chunk after it does not hide it.
    const whole = classStatistics({ ...chunk, products: later }, statistics);
    for (const told of [statistics, whole]) {
      const [top, sum] = await told.data();
      assert(!Number.isFinite(top! + sum!), `${top} and ${sum}`);
    }
    const [logSumExp, weight, target] = [NaN, 1, -1].map((value) => tf.tensor1d([value])) as [
      Tensor1D,
      Tensor1D,
      Tensor1D,
    ];
    const gradient = classGradient(chunk, { logSumExp, weight, target });
    assert((await gradient.data()).some((value) => !Number.isFinite(value)));
    tf.dispose([products, inverse, labels, statistics, later, whole, logSumExp, weight, target, gradient]);
  }
});

testOnBackends("inverseRowNorms() and tangentRows() equal float64, on rows of no length too", async () => {
  for (const [rows, d] of [[2, 2], [5, 3], [4, 64], [3, 515]] as const) {
    const x = normals("x", rows * d), g = normals("g", rows * d);
    if (rows > 3) x.fill(0, 0, d);
    const norm = (i: number) => Math.hypot(...x.subarray(i * d, (i + 1) * d));
    const weights = tf.tensor2d(x, [rows, d]), inverse = inverseRowNorms(weights);
    const expected = Array.from({ length: rows }, (_, i) => 1 / Math.max(norm(i), 1e-12));
    assertClose((await inverse.data()).map((value, i) => value / expected[i]!), expected.map(() => 1), 1e-6, "inverse");
    const wanted = Float64Array.from({ length: rows * d }, (_, at) => {
      const i = Math.floor(at / d), length = norm(i);
      if (length === 0) return g[at]!;
      let dot = 0;
      for (let k = 0; k < d; k++) dot += x[i * d + k]! * g[i * d + k]!;
      return g[at]! - x[at]! * dot / length ** 2;
    });
    const gradient = tf.tensor2d(g, [rows, d]), shared = tf.clone(gradient);
    const apart = tangentRows(gradient, weights, inverse);
    assertClose(await apart.data(), wanted, 2e-6, "tangent");
    assertEquals(await shared.data(), g);
    shared.dispose();
    const taken = tangentRows(gradient, weights, inverse);
    assertEquals(await taken.data(), await apart.data());
    tf.dispose([weights, inverse, gradient, apart, taken]);
  }
});

testOnBackends("gatherRows() and scatterRows() move rows, in place only where nothing else holds them", async () => {
  for (const shape of [[7, 3], [9, 8], [11]]) {
    const rows = [1, 2, shape[0]! - 1], width = shape[1] ?? 1, numbers = normals("rows", shape[0]! * width);
    const x = tf.tidy(() => tf.variable(tf.tensor(numbers.slice(), shape))), held = tf.clone(x);
    const index = tf.tensor1d(rows, "int32"), taken = gatherRows(x as Tensor2D, index);
    const expected = rows.flatMap((row) => [...numbers.subarray(row * width, (row + 1) * width)]);
    assertEquals([taken.shape, [...await taken.data()]], [[3, ...shape.slice(1)], expected]);
    const values = tf.mul(taken, 2);
    const wanted = numbers.slice();
    for (const row of rows) for (let k = 0; k < width; k++) wanted[row * width + k]! *= 2;
    const written = scatterRows(x as Tensor2D, { rows: index, values });
    assertEquals(await written.data(), wanted);
    assertEquals(await held.data(), numbers);
    tf.dispose([written, held]);
    const again = scatterRows(x as Tensor2D, { rows: index, values });
    x.assign(again as typeof x);
    again.dispose();
    assertEquals(await x.data(), wanted);
    tf.dispose([index, taken, values]);
    x.dispose();
  }
});

testOnBackends("gatherRows() refuses a row that is not there", () => {
  tf.tidy(() => {
    const rows = tf.tensor1d([0, 4], "int32");
    assertThrows(() => gatherRows(tf.zeros([4, 2]), rows), RangeError, "Cannot take row 4: found 4 rows");
  });
}, ["wasm"]);
