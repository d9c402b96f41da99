import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Evaluation, type ProtocolInput, verification } from "../../evaluation/mod.ts";
import { createRandom } from "../../tensor/random.ts";

interface Case {
  readonly name: string;
  readonly count: number;
  readonly dimension: number;
  readonly flip: boolean;
  readonly rates: readonly string[];
  readonly folds: number;
  readonly original: number[];
  readonly mirrored: number[] | null;
  readonly first: number[];
  readonly second: number[];
  readonly same: number[];
  readonly fold: number[];
  readonly expected: readonly { name: string; value: number; std: number | null; n: number }[];
}

const cases: Case[] = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/verification.json", import.meta.url)),
);

function inputOf(c: Case): ProtocolInput {
  return {
    embeddings: {
      count: c.count,
      dimension: c.dimension,
      original: Float32Array.from(c.original),
      ...(c.mirrored ? { mirrored: Float32Array.from(c.mirrored) } : {}),
    },
    labels: new Int32Array(c.count),
    pairs: {
      first: Int32Array.from(c.first),
      second: Int32Array.from(c.second),
      same: Uint8Array.from(c.same),
      fold: Int32Array.from(c.fold),
      folds: c.folds,
    },
  };
}

/** Four classes of three images in random directions, all pairs, folds in turn. */
function sample(noise: number, count = 12, dimension = 6, folds = 3): ProtocolInput {
  const random = createRandom(1, "sample");
  const labels = Int32Array.from({ length: count }, (_, i) => Math.floor(i / 3));
  const centres = Float32Array.from({ length: count * dimension }, () => random.normal());
  const original = Float32Array.from(
    { length: count * dimension },
    (_, i) => centres[labels[Math.floor(i / dimension)]! * dimension + i % dimension]! + noise * random.normal(),
  );
  const rows = [];
  for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) rows.push([a, b, +(labels[a] === labels[b])]);
  rows.sort((p, q) => q[2]! - p[2]!);
  return {
    embeddings: { count, dimension, original },
    labels,
    pairs: {
      first: Int32Array.from(rows, (r) => r[0]!),
      second: Int32Array.from(rows, (r) => r[1]!),
      same: Uint8Array.from(rows, (r) => r[2]!),
      fold: Int32Array.from(rows, (_, i) => i % folds),
      folds,
    },
  };
}

function evaluate(input: ProtocolInput, given: Record<string, unknown> = {}): Evaluation {
  return verification.evaluate(verification.params.parse(given), input);
}

function valueOf(evaluation: Evaluation, name: string): number {
  return evaluation.metrics.find((metric) => metric.name === name)!.value;
}

for (const c of cases) {
  Deno.test(`verification agrees with the oracle: ${c.name}`, () => {
    const { metrics } = evaluate(inputOf(c), { flip: c.flip, far: c.rates.map(Number) });
    assertEquals(metrics.map(({ name, n }) => ({ name, n })), c.expected.map(({ name, n }) => ({ name, n })));
    for (const [index, { name, value, std }] of c.expected.entries()) {
      assertAlmostEquals(metrics[index]!.value, value, 1e-9, `${name}: ${metrics[index]!.value}, not ${value}`);
      assertEquals(metrics[index]!.std === undefined, std === null, `std of ${name}`);
      if (std !== null) assertAlmostEquals(metrics[index]!.std!, std, 1e-9);
    }
  });
}

Deno.test("verification produces the metrics that it declares, in order", () => {
  for (const given of [{}, { far: [0.5] }, { far: [] }]) {
    const params = verification.params.parse(given);
    const { metrics } = verification.evaluate(params, sample(0.5));
    assertEquals(
      metrics.map(({ name, unit, higherIsBetter }) => ({ name, unit, higherIsBetter })),
      verification.metrics(params).map(({ name, unit, higherIsBetter }) => ({ name, unit, higherIsBetter })),
    );
  }
});

Deno.test("verification pins its definition, which names the flip rule and the folds", () => {
  const input = sample(0.5);
  const mirrored = { ...input, embeddings: { ...input.embeddings, mirrored: input.embeddings.original } };
  assertEquals(
    evaluate(input).definition,
    "insightface-verification/1; flip=none; distance=squared-l2; folds=3; grid=0:4:0.01; tie=first; strict; ddof=0; " +
      "tar=order-statistic; val=0:4:0.001,slinear,last-of-equals; auc=mann-whitney; eer=linear",
  );
  assert(evaluate(mirrored, { flip: true }).definition.includes("flip=sum"));
  assertEquals([verification.mirrored({ flip: true }), verification.mirrored({ flip: false })], [true, false]);
});

Deno.test("verification adds mirrored embeddings: with e and −e + 2u the sum points to u", () => {
  const input = sample(2);
  const { count, dimension, original } = input.embeddings;
  // Every image of one class is fused to the axis of its class, so that classes are told apart without error.
  const mirrored = original.map((value, i) =>
    -value + (i % dimension === input.labels[Math.floor(i / dimension)] ? 2 : 0)
  );
  const fused = { ...input, embeddings: { count, dimension, original, mirrored } };
  assert(valueOf(evaluate(input), "accuracy") < 1);
  assertEquals(valueOf(evaluate(fused, { flip: true }), "accuracy"), 1);
  assertAlmostEquals(evaluate(fused, { flip: true }).scores![0]!, 0, 1e-6);
});

Deno.test("verification is perfect on classes without noise", () => {
  const evaluation = evaluate(sample(0));
  for (const name of ["accuracy", "tar@1e-2", "tar@1e-3", "val@1e-3", "auc"]) {
    assertEquals(valueOf(evaluation, name), 1, name);
  }
  assertEquals(valueOf(evaluation, "eer"), 0);
});

Deno.test("verification at chance gives AUC ½ when every distance is equal", () => {
  const input = sample(0);
  const flat = { ...input, embeddings: { ...input.embeddings, original: input.embeddings.original.fill(1) } };
  const evaluation = evaluate(flat);
  assertEquals([valueOf(evaluation, "auc"), valueOf(evaluation, "eer"), valueOf(evaluation, "tar@1e-2")], [
    0.5,
    0.5,
    0,
  ]);
});

Deno.test("verification depends neither on the order of the pairs nor on the length of the embeddings", () => {
  const input = sample(0.8), pairs = input.pairs!, wanted = evaluate(input).metrics;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: -20, max: 20 }), (seed, exponent) => {
      const order = createRandom(seed, "order").permutation(pairs.first.length);
      const changed = {
        ...input,
        embeddings: { ...input.embeddings, original: input.embeddings.original.map((v) => v * 2 ** exponent) },
        pairs: {
          first: order.map((i) => pairs.first[i]!),
          second: order.map((i) => pairs.second[i]!),
          same: Uint8Array.from(order, (i) => pairs.same[i]!),
          fold: order.map((i) => pairs.fold[i]!),
          folds: pairs.folds,
        },
      };
      const found = evaluate(changed).metrics;
      assertEquals(found.slice(0, -1), wanted.slice(0, -1));
      assertAlmostEquals(found.at(-1)!.value, wanted.at(-1)!.value * 2 ** exponent);
    }),
    { seed: 7, numRuns: 25 },
  );
});

Deno.test("verification gives one score a pair, the squared distance", () => {
  const { embeddings: { dimension, original }, pairs } = sample(0.5);
  const { scores } = evaluate(sample(0.5));
  const [a, b] = [pairs!.first[5]!, pairs!.second[5]!].map((i) =>
    original.subarray(i * dimension, (i + 1) * dimension)
  );
  const dot = a!.reduce((sum, value, i) => sum + value * b![i]!, 0);
  const cosine = dot / Math.hypot(...a!) / Math.hypot(...b!);
  assertEquals(scores!.length, pairs!.first.length);
  assertAlmostEquals(scores![5]!, 2 - 2 * cosine, 1e-6);
});

Deno.test("verification refuses embeddings that are not finite, naming image and component", () => {
  for (const [value, printed] of [[NaN, "NaN"], [Infinity, "Infinity"], [-Infinity, "-Infinity"]] as const) {
    const input = sample(0.5);
    input.embeddings.original[3 * 6 + 2] = value;
    assertThrows(
      () => evaluate(input),
      RangeError,
      `Cannot evaluate embedding 3: its component 2 is ${printed}, finite numbers are wanted`,
    );
  }
});

Deno.test("verification refuses embeddings of norm 0, also when the flip sum cancels", () => {
  const input = sample(0.5), { embeddings } = input;
  const mirrored = embeddings.original.map((value) => -value);
  assertThrows(
    () => evaluate({ ...input, embeddings: { ...embeddings, mirrored } }, { flip: true }),
    RangeError,
    "Cannot normalise embedding 0: its norm is 0",
  );
  embeddings.original.fill(0, 6, 12);
  assertThrows(() => evaluate(input), RangeError, "Cannot normalise embedding 1: its norm is 0");
});

Deno.test("verification refuses pair sets that cannot be scored", () => {
  const input = sample(0.5), pairs = input.pairs!;
  const withPairs = (change: Partial<typeof pairs>) => () => evaluate({ ...input, pairs: { ...pairs, ...change } });
  assertThrows(withPairs({ folds: 1 }), RangeError, "Cannot evaluate by folds: 1 were found, at least 2 are wanted");
  assertThrows(withPairs({ folds: 4 }), RangeError, "Cannot evaluate fold 3: it has 0 same and 0 different pairs");
  assertThrows(
    withPairs({ fold: pairs.fold.map((_, i) => pairs.same[i]! && i ? 1 : 2 * (i % 2)), folds: 3 }),
    RangeError,
    "Cannot evaluate fold 1: it has 11 same and 0 different pairs",
  );
  assertThrows(withPairs({ fold: pairs.fold.map(() => 3) }), RangeError, "Cannot read pair 0: its fold is 3");
  assertThrows(withPairs({ second: pairs.second.map(() => 12) }), RangeError, "Cannot read pair 0: its image is 12");
  assertThrows(withPairs({ same: pairs.same.map(() => 2) }), RangeError, "Cannot read pair 0: its label is 2");
  assertThrows(withPairs({ same: pairs.same.slice(1) }), TypeError, "Cannot read the pairs");
  assertThrows(() => evaluate({ embeddings: input.embeddings, labels: input.labels }), TypeError, "without pairs");
});

Deno.test("verification refuses embeddings of the wrong shape and missing mirrored ones", () => {
  const input = sample(0.5);
  assertThrows(
    () => evaluate({ ...input, embeddings: { ...input.embeddings, dimension: 5 } }),
    TypeError,
    "72 numbers were found, 12 × 5 are wanted",
  );
  assertThrows(() => evaluate(input, { flip: true }), TypeError, "Cannot add mirrored embeddings: there are none");
});

Deno.test("verification refuses unknown parameters and rates outside (0, 1)", () => {
  for (const given of [{ distance: "cosine" }, { far: [0] }, { far: [1] }, { far: [0.1, 0.1] }, { flip: "yes" }]) {
    assertEquals(verification.params.safeParse(given).success, false, JSON.stringify(given));
  }
  assertEquals(verification.params.parse({}), { flip: false, far: [1e-2, 1e-3] });
});

Deno.test("verification scores 12,000 images and 6,000 pairs in under a second", () => {
  const count = 12_000, dimension = 512, length = 6_000;
  const original = Float32Array.from({ length: count * dimension }, (_, i) => Math.sin(i * 1.618 + (i % 7)));
  const input: ProtocolInput = {
    embeddings: { count, dimension, original },
    labels: new Int32Array(count),
    pairs: {
      first: Int32Array.from({ length }, (_, i) => 2 * i),
      second: Int32Array.from({ length }, (_, i) => 2 * i + 1),
      same: Uint8Array.from({ length }, (_, i) => +(i % 600 < 300)),
      fold: Int32Array.from({ length }, (_, i) => Math.floor(i / 600)),
      folds: 10,
    },
  };
  evaluate(sample(0.5));
  const start = performance.now();
  evaluate(input);
  const milliseconds = performance.now() - start;
  assert(milliseconds < 1000, `It took ${milliseconds} ms`);
});

Deno.test("verification accepts nothing at VAL when the false accept rate is out of reach, not even distance 0", () => {
  const evaluation = evaluate({
    embeddings: { count: 2, dimension: 2, original: Float32Array.of(1, 0, -1, 0) },
    labels: Int32Array.of(0, 1),
    pairs: {
      first: Int32Array.of(0, 0, 1, 0),
      second: Int32Array.of(0, 1, 1, 1),
      same: Uint8Array.of(1, 0, 1, 0),
      fold: Int32Array.of(0, 0, 1, 1),
      folds: 2,
    },
  });
  assertEquals([valueOf(evaluation, "accuracy"), valueOf(evaluation, "tar@1e-3")], [1, 1]);
  assertEquals([valueOf(evaluation, "val@1e-3"), valueOf(evaluation, "far@1e-3")], [0, 0]);
});
