import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  binomialInterval,
  discordantCounts,
  holm,
  mcnemar,
  meanInterval,
  pairedDifference,
  predictionInterval,
  signFlipFloor,
  signFlipTest,
} from "../../../reports/mod.ts";
import { assertNear, oracle } from "./oracle.ts";

function bySeed(values: readonly number[], from = 0) {
  return values.map((value, i) => ({ seed: from + i, value }));
}

Deno.test("meanInterval() and predictionInterval() are SciPy's", () => {
  for (const { values, level, mean, std, low, high, next } of oracle.intervals) {
    const found = meanInterval(values, level), ahead = predictionInterval(values, level)!;
    assertNear(found.mean, mean, 1e-12);
    assertNear(found.std, std, 1e-12);
    assertNear(found.low, low, 1e-10);
    assertNear(found.high, high, 1e-10);
    assertNear(found.halfWidth, (high - low) / 2, 1e-9);
    assertNear(ahead.low, next[0]!, 1e-10);
    assertNear(ahead.high, next[1]!, 1e-10);
  }
});

Deno.test("meanInterval() of one value has no interval, of none there is an error", () => {
  assertEquals(meanInterval([0.5]), { mean: 0.5, std: null, halfWidth: null, low: null, high: null, n: 1 });
  assertEquals(predictionInterval([0.5]), null);
  assertThrows(() => meanInterval([]), RangeError, "found no values");
});

Deno.test("pairedDifference() is SciPy's paired t-test and permutation test", () => {
  for (const { a, b, t, p, low, high, signFlip } of oracle.paired) {
    const found = pairedDifference(bySeed(a), bySeed(b))!;
    assertNear(found.t, t, 1e-10);
    assertNear(found.p, p, 1e-9);
    assertNear(found.low, low, 1e-9);
    assertNear(found.high, high, 1e-9);
    assertNear(found.signFlip.p, signFlip, 1e-12);
    assert(found.signFlip.exact && found.signFlip.p >= found.signFlip.floor);
  }
});

Deno.test("pairedDifference() pairs by seed, and says null for what has no spread", () => {
  const shifted = pairedDifference(bySeed([1, 5, 9]), bySeed([4, 7], 1))!;
  assertEquals([shifted.seeds, shifted.mean, shifted.n], [[1, 2], 1.5, 2]);
  assertEquals(pairedDifference(bySeed([1]), bySeed([1], 5)), null);
  const same = pairedDifference(bySeed([2, 3]), bySeed([1, 2]))!;
  assertEquals([same.mean, same.std, same.t, same.p], [1, 0, null, null]);
  assertEquals(pairedDifference(bySeed([2]), bySeed([1]))!.halfWidth, null);
});

Deno.test("signFlipTest() reaches its floor with n equal signs, at every n that is exact", () => {
  for (let n = 1; n <= 20; n++) {
    const values = Array.from({ length: n }, (_, i) => 1 + i / 7);
    assertEquals(signFlipTest(values), { p: signFlipFloor(n), exact: true, floor: signFlipFloor(n) }, `n ${n}`);
  }
  assertEquals([signFlipFloor(5), signFlipFloor(6)], [0.0625, 0.03125]);
  assertEquals(signFlipTest([]), null);
  assertEquals(signFlipTest([0, 0])!.p, 1);
});

Deno.test("signFlipTest() counts sums as equal that differ by rounding alone", () => {
  // 0.1 + 0.2 − 0.3 is not 0 in binary: all eight choices of signs but two reach |0|.
  assertEquals(signFlipTest([0.1, 0.2, -0.3])!.p, 1);
  assertEquals(signFlipTest([0.1, 0.2, 0.3])!.p, 0.25);
});

Deno.test("signFlipTest() samples signs above 20 differences, the same for a seed", () => {
  // A sum of 24 signs is binomial: |Σ| ≥ 10 has the chance of 7 or fewer, or 17 or more, of 24.
  const values = Array.from({ length: 24 }, (_, i) => i < 17 ? 1 : -1);
  const found = signFlipTest(values)!;
  assertEquals(found.exact, false);
  assert(Math.abs(found.p - 0.063915) < 4 * Math.sqrt(0.0639 * 0.9361 / 99_999), `${found.p}`);
  assertEquals(signFlipTest(values), found);
  assert(signFlipTest(values, { seed: 1 })!.p !== found.p);
  // The seed of no sample can give less than one in its size.
  assertEquals(signFlipTest(new Float64Array(30).fill(1), { resamples: 99 })!.p, 0.01);
});

Deno.test("mcnemar() is statsmodels' exact test, and the mid-p of its definition", () => {
  for (const [b, c, exact, midP] of oracle.mcnemar as [number, number, number, number][]) {
    const found = mcnemar(b, c);
    assertNear(found.exact, exact, 1e-11, `${b}, ${c}:`);
    assertNear(found.midP, midP, 1e-11, `${b}, ${c}:`);
  }
  assertEquals(mcnemar(0, 0), { b: 0, c: 0, exact: 1, midP: 1 });
  assertThrows(() => mcnemar(1, -1), RangeError, "found -1");
});

Deno.test("mcnemar() gives the published p-values of Fagerland, Lydersen and Laake", () => {
  const round = (p: number) => Number(p.toFixed(3));
  const airways = mcnemar(1, 7), myeloma = mcnemar(6, 16);
  assertEquals([round(airways.exact), round(airways.midP)], [0.07, 0.039]);
  assertEquals([round(myeloma.exact), round(myeloma.midP)], [0.052, 0.035]);
});

Deno.test("discordantCounts() counts what exactly one has right", () => {
  assertEquals(discordantCounts([1, 1, 0, 0, 1], [1, 0, 1, 0, 0]), { b: 2, c: 1 });
  assertThrows(() => discordantCounts([1], [1, 0]), TypeError, "found 1 and 2");
});

Deno.test("holm() is statsmodels' correction", () => {
  for (const [p, adjusted] of oracle.holm) holm(p).forEach((value, i) => assertNear(value, adjusted[i]!, 1e-12));
  assertEquals(holm([]), []);
});

Deno.test("binomialInterval() is statsmodels' Wilson interval, and Wald's half width", () => {
  for (const [p, n, level, low, high, wald] of oracle.shares as [number, number, number, number, number, number][]) {
    const found = binomialInterval(p, n, level);
    // Ends at 0 and 1 come out of statsmodels with rounding.
    assert(Math.abs(found.low - low) < 1e-12 && Math.abs(found.high - high) < 1e-12, `${p}, ${n}`);
    assertNear(found.halfWidth, (high - low) / 2, 1e-9);
    assertNear(found.wald, wald, 1e-12);
  }
  assertThrows(() => binomialInterval(1.2, 10), RangeError, "Cannot use share 1.2");
  assertThrows(() => binomialInterval(0.5, 0), RangeError, "0 units");
});
