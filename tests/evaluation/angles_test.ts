import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { angles, dominantCentre, nearestCosines, type ProtocolInput } from "../../evaluation/mod.ts";

interface Case {
  readonly name: string;
  readonly count: number;
  readonly dimension: number;
  readonly classes: number;
  readonly perClass: number;
  readonly original: number[];
  readonly labels: number[];
  readonly weights: number[];
  readonly angles: Readonly<Record<string, readonly [value: number, n: number]>>;
  readonly dominant: readonly { angle: number; kept: number[]; dominant: number }[];
}

const cases: Case[] = JSON.parse(await Deno.readTextFile(new URL("../fixtures/angles.json", import.meta.url)));

function inputOf({ count, dimension, classes, perClass, original, labels, weights }: Case): ProtocolInput {
  return {
    embeddings: { count, dimension, original: Float32Array.from(original) },
    labels: Int32Array.from(labels),
    classWeights: { classes, perClass, dimension, values: Float32Array.from(weights) },
  };
}

/** Images in two dimensions, given by class and angle in degrees. */
function flat(images: readonly (readonly [label: number, degrees: number])[]): ProtocolInput {
  const original = images.flatMap(([, degrees], i) => {
    const angle = degrees * Math.PI / 180;
    return [(i + 1) * Math.cos(angle), (i + 1) * Math.sin(angle)];
  });
  return {
    embeddings: { count: images.length, dimension: 2, original: Float32Array.from(original) },
    labels: Int32Array.from(images, ([label]) => label),
  };
}

for (const c of cases) {
  Deno.test(`angles gives the oracle's angles: ${c.name}`, () => {
    for (const weights of [false, true]) {
      const { metrics } = angles.evaluate({ weights }, inputOf(c));
      assertEquals(metrics.map(({ name }) => name), Object.keys(c.angles).slice(0, weights ? 5 : 3));
      for (const { name, value, n } of metrics) {
        assertAlmostEquals(value, c.angles[name]![0], 1e-6, name);
        assertEquals(n, c.angles[name]![1], name);
      }
    }
  });

  Deno.test(`dominantCentre keeps the oracle's images: ${c.name}`, () => {
    for (const { angle, kept, dominant } of c.dominant) {
      const { metrics, lists } = dominantCentre.evaluate({ angle }, inputOf(c));
      assertEquals([...lists!["kept"]!], kept);
      assertEquals([...lists!["kept"]!, ...lists!["dropped"]!].sort((a, b) => a - b), c.labels.map((_, i) => i));
      assertEquals(metrics.map(({ value }) => value), [kept.length / c.count, dominant]);
    }
  });
}

Deno.test("angles are those of directions, whatever the lengths", () => {
  const { metrics } = angles.evaluate({ weights: false }, flat([[0, 0], [0, 20], [4, 100], [4, 140], [9, 300]]));
  // Centres at 10, 120 and 300 degrees; the last class has one image.
  assertAlmostEquals(metrics[0]!.value, (10 + 10 + 20 + 20) / 4, 1e-5);
  assertAlmostEquals(metrics[1]!.value, (70 + 110 + 70) / 3, 1e-5);
});

Deno.test("angles declares the metrics that it gives, in degrees", () => {
  for (const weights of [false, true]) {
    const { metrics } = angles.evaluate({ weights }, inputOf(cases[0]!));
    const described = (
      { name, unit, higherIsBetter }: { name: string; unit: string; higherIsBetter: boolean | null },
    ) => [name, unit, higherIsBetter].join();
    assertEquals(metrics.map(described), angles.metrics({ weights }).map(described));
    assert(metrics.every(({ unit }) => unit === "degree"));
    assertEquals(angles.classWeights!({ weights }), weights);
  }
});

Deno.test("angles refuses what has no angle, and says why", () => {
  const refuse = (input: ProtocolInput, weights: boolean, kind: typeof RangeError | typeof TypeError, text: string) =>
    assertThrows(() => angles.evaluate({ weights }, input), kind, text);
  const good = inputOf(cases[0]!), { embeddings, labels, classWeights } = good;
  const zero = embeddings.original.slice().fill(0, 6, 12), spoilt = embeddings.original.slice().fill(NaN, 6, 7);
  refuse({ ...good, embeddings: { ...embeddings, original: zero } }, false, RangeError, "embedding 1: its norm is 0");
  refuse(
    { ...good, embeddings: { ...embeddings, original: spoilt } },
    false,
    RangeError,
    "embedding 1: its norm is NaN",
  );
  refuse({ ...good, labels: labels.slice(1) }, false, TypeError, "15 × 6 and 15 are wanted");
  refuse(flat([[0, 0], [0, 180], [1, 5]]), false, RangeError, "Cannot find the centre of class 0");
  refuse(flat([[0, 0], [1, 5]]), false, RangeError, "each class has one image");
  refuse(flat([[3, 0], [3, 5]]), false, RangeError, "found 1 of them, wanted at least 2");
  refuse({ embeddings, labels }, true, TypeError, "the main head has none");
  const none = { ...classWeights!, perClass: 0, dimension: 0, values: new Float32Array(0) };
  refuse({ ...good, classWeights: none }, true, TypeError, "the main head has none");
  refuse({ ...good, classWeights: { ...classWeights!, dimension: 9, perClass: 2 / 3 } }, true, TypeError, "rows of 9");
  refuse({ ...good, classWeights: { ...classWeights!, classes: 3, perClass: 2 } }, true, RangeError, "has 3 classes");
  const hollow = { ...classWeights!, values: classWeights!.values.slice().fill(0, 12, 18) };
  refuse({ ...good, classWeights: hollow }, true, RangeError, "class weight 2: its norm is 0");
});

Deno.test("nearestCosines() finds the largest cosine to another row, whatever the number of rows", () => {
  const vectors = fc.integer({ min: 2, max: 140 }).chain((count) =>
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2 * count, maxLength: 2 * count })
  );
  fc.assert(
    fc.property(vectors, (values) => {
      const count = values.length / 2;
      const naive = Array.from({ length: count }, (_, j) => {
        const others = Array.from({ length: count }, (_, k) => k).filter((k) => k !== j);
        return Math.max(
          ...others.map((k) => values[2 * j]! * values[2 * k]! + values[2 * j + 1]! * values[2 * k + 1]!),
        );
      });
      nearestCosines(Float64Array.from(values), 2).forEach((cosine, j) => assertAlmostEquals(cosine, naive[j]!, 1e-14));
    }),
    { seed: 4, numRuns: 60 },
  );
});
