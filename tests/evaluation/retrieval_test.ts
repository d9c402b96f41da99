import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  eachMatchRanks,
  kMeans,
  lloyd,
  normalisedMutualInformation,
  plusPlus,
  products,
  type ProtocolInput,
  retrieval,
  unitEmbeddings,
} from "../../evaluation/mod.ts";
import { createRandom } from "../../tensor/random.ts";
import { readFixture } from "../datasets/helpers.ts";

interface Case {
  readonly name: string;
  readonly dimension: number;
  readonly k: number[];
  readonly labels: number[];
  readonly embeddings: number[];
  readonly expected: readonly (readonly [name: string, value: number, n: number])[];
  readonly start: number[];
  readonly clusters: number[];
  readonly nmi: number;
  readonly random: number[];
  readonly randomNmi: number;
}

const cases: Case[] = readFixture("retrieval.json");

function inputOf({ dimension, embeddings, labels }: Pick<Case, "dimension" | "embeddings" | "labels">): ProtocolInput {
  return {
    embeddings: { count: labels.length, dimension, original: Float32Array.from(embeddings) },
    labels: Int32Array.from(labels),
  };
}

/** Images in two dimensions, given by class and angle in degrees. */
function flat(images: readonly (readonly [label: number, degrees: number])[]): ProtocolInput {
  return inputOf({
    dimension: 2,
    embeddings: images.flatMap(([, d]) => [Math.cos(d * Math.PI / 180), Math.sin(d * Math.PI / 180)]),
    labels: images.map(([label]) => label),
  });
}

function measure(input: ProtocolInput, given: Record<string, unknown> = {}) {
  const { metrics } = retrieval.evaluate(retrieval.params.parse(given), input);
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

for (const c of cases) {
  Deno.test(`retrieval agrees with full sorts of NumPy: ${c.name}`, () => {
    const { metrics } = retrieval.evaluate(retrieval.params.parse({ k: c.k, nmi: false }), inputOf(c));
    for (const [index, [name, value, n]] of c.expected.entries()) {
      assertEquals([metrics[index]!.name, metrics[index]!.n], [name, n]);
      assertAlmostEquals(metrics[index]!.value, value, 1e-9, name);
    }
    assertEquals(metrics.at(-1)!.value, c.labels.length - c.expected[0]![2]);
  });

  Deno.test(`lloyd() and normalisedMutualInformation() agree with scikit-learn: ${c.name}`, () => {
    const { dimension, values } = unitEmbeddings(inputOf(c).embeddings, false);
    const centres = Float64Array.from(
      c.start.flatMap((row) => [...values.subarray(row * dimension, (row + 1) * dimension)]),
    );
    assertEquals([...lloyd({ values, dimension }, centres)], c.clusters);
    assertAlmostEquals(normalisedMutualInformation(c.labels, c.clusters), c.nmi, 1e-12);
    assertAlmostEquals(normalisedMutualInformation(c.labels, c.random), c.randomNmi, 1e-12);
  });
}

Deno.test("retrieval of a worked example", () => {
  // Class 0 at 0, 10 and 40 degrees, class 1 at 15 and 90, class 2 at 41: alone, it can only be found in error.
  const figures = measure(flat([[0, 0], [0, 10], [0, 40], [1, 15], [1, 90], [2, 41]]), { k: [1, 2, 3] });
  // Matches of 0°: ranks 1, 3; of 10°: 2, 3; of 40°: 3, 4; of 15°: 5; of 90°: 3.
  assertAlmostEquals(figures["recall@1"]!, 1 / 5);
  assertAlmostEquals(figures["recall@2"]!, 2 / 5);
  assertAlmostEquals(figures["recall@3"]!, 4 / 5);
  assertAlmostEquals(figures["r-precision"]!, (1 / 2 + 1 / 2) / 5);
  assertAlmostEquals(figures["map@r"]!, (1 / 2 + 1 / 4) / 5);
  assertEquals(figures["excluded"], 1);
});

Deno.test("retrieval produces the metrics that it declares, and is perfect on classes without noise", () => {
  const input = flat([[7, 0], [7, 0], [7, 1], [3, 90], [3, 91], [5, 200], [5, 201]]);
  for (const given of [{}, { nmi: false }, { k: [2] }]) {
    const params = retrieval.params.parse(given), { metrics } = retrieval.evaluate(params, input);
    assertEquals(metrics.map(({ name }) => name), retrieval.metrics(params).map(({ name }) => name));
    for (const { name, value } of metrics) assertAlmostEquals(value, name === "excluded" ? 0 : 1, 1e-12, name);
  }
});

Deno.test("retrieval counts the image of lower index as nearer among equal cosines", () => {
  // All images are one point: the nearest other image is image 0, of image 0 itself image 1.
  const figures = measure(flat([[0, 5], [1, 5], [0, 5], [1, 5]]), { k: [1, 2] });
  assertEquals([figures["recall@1"], figures["recall@2"]], [1 / 4, 3 / 4]);
});

Deno.test("retrieval adds mirrored embeddings, and refuses sets and labels that it cannot measure", () => {
  const input = flat([[0, 0], [0, 180], [1, 90], [1, 270]]), { embeddings } = input;
  const mirrored = embeddings.original.map((value, i) => -value + [3, 0, 3, 0, 0, 3, 0, 3][i]!);
  assertEquals(measure(input, { k: [1] })["recall@1"], 0);
  assertEquals(measure({ ...input, embeddings: { ...embeddings, mirrored } }, { k: [1], flip: true })["recall@1"], 1);
  assertThrows(() => measure(flat([[0, 0], [1, 10]])), RangeError, "each class has one image");
  assertThrows(() => measure({ ...input, labels: Int32Array.of(0, 0) }), TypeError, "Cannot read the labels");
  assertThrows(() => measure(input, { flip: true }), TypeError, "Cannot add mirrored embeddings");
});

Deno.test("eachMatchRanks() does not depend on how the products are cut", () => {
  // Wide enough that rows are walked in several parts.
  const count = 131, dimension = 3, random = createRandom(2, "ranks");
  const values = Float64Array.from({ length: count * dimension }, () => random.normal());
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * dimension, (i + 1) * dimension), norm = Math.hypot(...row);
    for (let j = 0; j < dimension; j++) row[j]! /= norm;
  }
  const labels = Int32Array.from({ length: count }, (_, i) => i % 40);
  let seen = 0;
  eachMatchRanks({ values, dimension, labels }, (image, ranks) => {
    const cosine = (other: number) => {
      let sum = 0;
      for (let j = 0; j < dimension; j++) sum += values[image * dimension + j]! * values[other * dimension + j]!;
      return sum;
    };
    const order = Array.from({ length: count }, (_, other) => other).filter((other) => other !== image)
      .sort((a, b) => cosine(b) - cosine(a) || a - b);
    assertEquals([...ranks], order.flatMap((other, place) => labels[other] === labels[image] ? [place + 1] : []));
    seen++;
  });
  assertEquals(seen, count);
});

Deno.test("products() are those of a plain loop, whatever the remainder", () => {
  const random = createRandom(4, "products"), dimension = 5;
  for (const [rows, columns] of [[1, 1], [4, 2], [3, 70], [7, 131]] as const) {
    const a = Float64Array.from({ length: rows * dimension }, () => random.normal());
    const b = Float64Array.from({ length: columns * dimension }, () => random.normal());
    const out = new Float64Array(rows * columns);
    products(a, b, { dimension, out });
    for (let i = 0; i < rows * columns; i++) {
      const x = Math.floor(i / columns) * dimension, y = i % columns * dimension;
      let sum = 0;
      for (let j = 0; j < dimension; j++) sum += a[x + j]! * b[y + j]!;
      assertEquals(out[i], sum);
    }
  }
});

Deno.test("kMeans() finds clusters that lie apart, from distinct starts, and always the same ones", () => {
  const random = createRandom(6, "clusters"), clusters = 12, each = 10;
  const values = Float64Array.from(
    { length: clusters * each * 2 },
    (_, i) => 20 * Math.floor(i / each / 2) * (i % 2 ? 1 : -0.5) + 0.1 * random.normal(),
  );
  const labels = Array.from({ length: clusters * each }, (_, i) => Math.floor(i / each));
  for (let seed = 0; seed < 5; seed++) {
    const start = plusPlus({ values, dimension: 2 }, clusters, createRandom(seed, "kmeans"));
    assertEquals(new Set(start).size, clusters);
  }
  const found = kMeans({ values, dimension: 2 }, clusters, createRandom(0, "kmeans"));
  assert(normalisedMutualInformation(labels, found) > 0.9);
  assertEquals(found, kMeans({ values, dimension: 2 }, clusters, createRandom(0, "kmeans")));
});

Deno.test("kMeans() survives vectors that are all equal, and lloyd() fills an empty cluster", () => {
  const equal = kMeans({ values: new Float64Array(12).fill(1), dimension: 2 }, 3, createRandom(0, "kmeans"));
  assertEquals([...equal], Array(6).fill(0));
  // Both centres lie left of all points: the second gets none and moves to the farthest, 9.
  const centres = Float64Array.of(0, -5);
  assertEquals([...lloyd({ values: Float64Array.of(1, 2, 9), dimension: 1 }, centres)], [0, 0, 1]);
  assertEquals([...centres], [1.5, 9]);
});
