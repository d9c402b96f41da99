import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type Curve,
  type Evaluation,
  type ProtocolInput,
  type ProtocolPlugin,
  symmetricEigen,
  verification,
  verificationAdaface,
  verificationEvolve,
  verificationFacexzoo,
  verificationMagface,
  verificationOpensphere,
} from "../../evaluation/mod.ts";
import { createRandom } from "../../tensor/random.ts";
import { fromBase64, readFixture } from "../datasets/helpers.ts";

interface Case {
  readonly name: string;
  readonly count: number;
  readonly dimension: number;
  readonly folds: number;
  readonly rates: readonly string[];
  readonly pca: number;
  readonly original: string;
  readonly mirrored: string;
  readonly first: number[];
  readonly second: number[];
  readonly same: number[];
  readonly fold: number[];
  readonly expected: Readonly<Record<string, readonly (readonly [name: string, value: number, std?: number])[]>> & {
    readonly curves: {
      readonly roc: readonly [fpr: number[], tpr: number[]];
      readonly det: readonly [fpr: number[], fnr: number[]];
      readonly auc: number;
      readonly angles: readonly [same: number[], different: number[]];
    };
  };
}

const cases: Case[] = readFixture("verification_definitions.json");

const definitions: readonly ProtocolPlugin[] = [
  verificationAdaface,
  verificationEvolve,
  verificationFacexzoo,
  verificationMagface,
  verificationOpensphere,
];

function inputOf(c: Case): ProtocolInput {
  const floats = (text: string) => new Float32Array(fromBase64(text).buffer);
  return {
    embeddings: {
      count: c.count,
      dimension: c.dimension,
      original: floats(c.original),
      mirrored: floats(c.mirrored),
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

function evaluate(protocol: ProtocolPlugin, input: ProtocolInput, given: Record<string, unknown> = {}): Evaluation {
  return protocol.evaluate(protocol.params.parse(given), input);
}

function curveOf(evaluation: Evaluation, name: string): Curve["points"] {
  return evaluation.curves!.find((curve) => curve.name === name)!.points;
}

for (const c of cases) {
  const input = inputOf(c), far = c.rates.map(Number);
  const runs: [name: string, protocol: ProtocolPlugin, given: Record<string, unknown>][] = [
    ["verification pca", verification, { pca: c.pca }],
    ["verification pca flip", verification, { pca: c.pca, flip: true }],
    ["verification-evolve", verificationEvolve, { tta: false }],
    ["verification-evolve tta", verificationEvolve, {}],
    ["verification-adaface", verificationAdaface, {}],
    ["verification-magface", verificationMagface, {}],
    ["verification-facexzoo", verificationFacexzoo, {}],
    ["verification-opensphere", verificationOpensphere, { far }],
  ];
  for (const [name, protocol, given] of runs) {
    Deno.test(`${name} agrees with the oracle: ${c.name}`, () => {
      const { metrics } = evaluate(protocol, input, given), expected = c.expected[name]!;
      assertEquals(metrics.slice(0, expected.length).map(({ name }) => name), expected.map(([name]) => name));
      for (const [index, [metric, value, std]] of expected.entries()) {
        assertAlmostEquals(metrics[index]!.value, value, 1e-9, `${metric} is ${metrics[index]!.value}, not ${value}`);
        if (std !== undefined) assertAlmostEquals(metrics[index]!.std!, std, 1e-9, `std of ${metric}`);
      }
    });
  }

  Deno.test(`errorCurves() and angleCurves() agree with scikit-learn and NumPy: ${c.name}`, () => {
    const evaluation = evaluate(verification, input), { roc, det, auc, angles } = c.expected.curves;
    const best = (xs: number[], ys: number[], choose: (...ys: number[]) => number) => {
      const table = new Map<number, number>();
      xs.forEach((x, i) => table.set(x, choose(ys[i]!, table.get(x) ?? ys[i]!)));
      return table;
    };
    const tars = best(...roc, Math.max), frrs = best(...det, Math.min);
    const points = curveOf(evaluation, "roc");
    assert(points.length <= 101);
    const different = c.same.filter((same) => !same).length;
    if (different <= 100) assertEquals(points.length, tars.size);
    assertEquals([points[0]![0], points.at(-1)!], [0, [1, 1]]);
    for (const [i, [x, y]] of points.entries()) {
      assertAlmostEquals(y, tars.get(x)!, 1e-12, `roc at ${x}`);
      assert(i === 0 || x > points[i - 1]![0]);
      // scikit-learn's trade-off begins with the closest pair and ends where nothing is rejected any more.
      assertAlmostEquals(curveOf(evaluation, "det")[i]![1], frrs.get(x) ?? (i === 0 ? 1 : 0), 1e-12, `det at ${x}`);
    }
    assertAlmostEquals(evaluation.metrics.find(({ name }) => name === "auc")!.value, auc, 1e-12);
    for (const [kind, counts] of [["same", angles[0]], ["different", angles[1]]] as const) {
      const total = counts.reduce((a, b) => a + b), bars = new Map(curveOf(evaluation, `angles-${kind}`));
      // Angles of exactly 0 are near 0 by rounding in the oracle's arc cosine, in the same bar.
      counts.forEach((count, bar) =>
        assertAlmostEquals(bars.get(2 * bar + 1) ?? 0, count / total, 1e-12, `bar ${bar}`)
      );
    }
  });
}

Deno.test("verification definitions produce the metrics that they declare, and differ in their ids", () => {
  const input = inputOf(cases[0]!), ids = new Set<string>();
  for (const protocol of [...definitions, verification]) {
    const params = protocol.params.parse({}), { metrics, definition, scores, curves } = evaluate(protocol, input);
    assertEquals(
      metrics.map(({ name, unit, higherIsBetter }) => ({ name, unit, higherIsBetter })),
      protocol.metrics(params).map(({ name, unit, higherIsBetter }) => ({ name, unit, higherIsBetter })),
    );
    assertEquals(metrics[0]!.name, "accuracy");
    assertEquals([scores!.length, metrics[0]!.n], [cases[0]!.first.length, cases[0]!.first.length]);
    assertEquals(curves!.map(({ name }) => name), ["roc", "det", "angles-same", "angles-different"]);
    ids.add(definition);
  }
  assertEquals(ids.size, definitions.length + 1);
});

Deno.test("verification-adaface and verification-evolve give the accuracy of verification with flip", () => {
  const input = inputOf(cases[1]!), [wanted] = evaluate(verification, input, { flip: true }).metrics;
  for (const protocol of [verificationAdaface, verificationEvolve]) {
    assertEquals(evaluate(protocol, input).metrics[0], wanted);
  }
});

Deno.test("verification-opensphere gives the accuracy of the best of all fixed thresholds", () => {
  for (const c of cases) {
    const { metrics, scores } = evaluate(verificationOpensphere, inputOf(c));
    const shares = Array.from(
      [-1, ...scores!],
      (threshold) =>
        scores!.reduce((right, score, pair) => right + +((score <= threshold) === (c.same[pair] === 1)), 0) /
        scores!.length,
    );
    assertAlmostEquals(metrics[0]!.value, Math.max(...shares), 1e-12);
  }
});

Deno.test("verification definitions say which flip they need", () => {
  const wanted = { "verification-adaface": true, "verification-evolve": true, "verification-opensphere": true };
  for (const protocol of definitions) {
    assertEquals(protocol.mirrored(protocol.params.parse({})), protocol.name in wanted, protocol.name);
  }
  assertEquals(verificationEvolve.mirrored({ tta: false }), false);
});

Deno.test("verification definitions refuse what verification refuses", () => {
  const input = inputOf(cases[0]!), { pairs: _, ...without } = input;
  for (const protocol of definitions) {
    assertThrows(() => evaluate(protocol, without), TypeError, "Cannot verify without pairs");
    const original = input.embeddings.original.slice();
    original[3] = NaN;
    assertThrows(() => evaluate(protocol, { ...input, embeddings: { ...input.embeddings, original } }), RangeError);
  }
});

Deno.test("verification-magface refuses an embedding that equals the mean", () => {
  const input = inputOf(cases[0]!), original = input.embeddings.original.fill(1);
  assertThrows(
    () => evaluate(verificationMagface, { ...input, embeddings: { ...input.embeddings, original } }),
    RangeError,
    "Cannot measure the angle of pair 0",
  );
});

Deno.test("verification refuses more principal components than there are dimensions or embeddings", () => {
  const input = inputOf(cases[0]!);
  assertThrows(() => evaluate(verification, input, { pca: 17 }), RangeError, "the embeddings have 16 dimensions");
  assertEquals(verification.params.parse({}), { flip: false, far: [1e-2, 1e-3] });
  assert(evaluate(verification, input, { pca: 5 }).definition.includes("accuracy-pca=5,full"));
});

Deno.test("symmetricEigen() gives vectors that the matrix only stretches, also with equal eigenvalues", () => {
  const random = createRandom(3, "eigen");
  for (const n of [1, 2, 3, 17, 60]) {
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.normal();
    const matrices = [a, a.map((_, i) => i % (n + 1) === 0 ? 2 : 0), a.map(() => 1), a.map(() => 0)];
    for (const matrix of matrices) {
      const { values, vectors } = symmetricEigen(matrix, n);
      const row = (k: number) => vectors.subarray(k * n, (k + 1) * n);
      const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      for (let k = 0; k < n; k++) {
        assert(k === 0 || values[k]! <= values[k - 1]!);
        for (let i = 0; i < n; i++) {
          assertAlmostEquals(dot(matrix.subarray(i * n, (i + 1) * n), row(k)), values[k]! * row(k)[i]!, 1e-12 * n);
          assertAlmostEquals(dot(row(i), row(k)), i === k ? 1 : 0, 1e-13 * n);
        }
      }
    }
  }
});

Deno.test("symmetricEigen() refuses numbers that are not finite", () => {
  assertThrows(() => symmetricEigen(Float64Array.of(1, NaN, NaN, 1), 2), RangeError, "entry 1 is NaN");
});
