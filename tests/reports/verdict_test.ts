import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  buildTable,
  type PairComparison,
  pairedDifference,
  seedsToTell,
  signFlipFloor,
  verdictMark,
  verdicts,
  verdictWords,
} from "../../reports/mod.ts";
import { completed } from "./sample.ts";

/** A difference of n seeds around a mean. */
function delta(mean: number, n: number) {
  const values = Array.from({ length: n }, (_, seed) => ({ seed, value: mean + 0.01 * (seed % 2 ? 1 : -1) }));
  return pairedDifference(values, values.map(({ seed }) => ({ seed, value: 0 })))!;
}

/** A comparison on pairs with a p-value. */
function onPairs(delta: number, p: number): PairComparison {
  const bounds = { low: delta - 0.01, high: delta + 0.01, std: 0.005, bootstrapP: p, mcnemarP: p, p };
  return { delta, ...bounds, n: 6000, identities: 600, resamples: 2000, seeds: [0], mcnemar: null };
}

const column = { higherIsBetter: true, baseline: "Softmax" };

Deno.test("verdicts() say nothing over fewer than six seeds, however clear the difference", () => {
  for (let n = 1; n <= 7; n++) {
    const [verdict] = verdicts([{ delta: delta(1, n), pairs: null }], column);
    assertEquals(verdict!.word, n < 6 ? "too few to tell" : "better");
    if (n < 6) assertEquals(verdict!.text, `too few seeds to tell (n = ${n}; 6 are needed)`);
  }
});

Deno.test("verdicts() follow the direction of the column, and have none where there is no direction", () => {
  const words = [true, false, null].map((higherIsBetter) => {
    const rows = [0.5, -0.5, 0.001].map((mean) => ({ delta: delta(mean, 7), pairs: null }));
    return verdicts(rows, { ...column, higherIsBetter }).map(({ word }) => word);
  });
  assertEquals(words, [
    ["better", "worse", "indistinguishable"],
    ["worse", "better", "indistinguishable"],
    ["different", "different", "indistinguishable"],
  ]);
});

Deno.test("verdicts() correct p by Holm over every comparison of the column, made or not", () => {
  const rows = [0.02, 0.03, 0.04].map((p) => ({ delta: delta(0.1, 1), pairs: onPairs(0.1, p) }));
  const found = verdicts([...rows, { delta: delta(0.1, 1), pairs: null }], column);
  assertEquals(found.map(({ pairs }) => pairs?.adjusted), [0.08, 0.09, 0.09, undefined]);
  assertEquals(found.map(({ word }) => word), [...Array(3).fill("indistinguishable"), "too few to tell"]);
  const alone = verdicts(rows.slice(0, 1), column)[0]!;
  assertEquals([alone.word, alone.pairs!.adjusted, verdictMark(alone)], ["better", 0.02, "△"]);
  assertEquals(
    alone.text,
    "better than Softmax: too few seeds to tell (n = 1; 6 are needed); better over 6000 pairs (test-set noise), " +
      "p = 0.02 after Holm",
  );
});

Deno.test("verdicts() count planned rows that have no figure: Holm's factor and the seeds that are needed grow", () => {
  const rows = [{ delta: delta(0.1, 7), pairs: onPairs(0.1, 0.02) }];
  const [alone] = verdicts(rows, column), [of4] = verdicts(rows, { ...column, comparisons: 4 });
  assertEquals([alone!.word, alone!.pairs!.adjusted], ["better", 0.02]);
  assertEquals([of4!.word, of4!.pairs!.adjusted, of4!.seeds.word], ["indistinguishable", 0.08, "too few to tell"]);
  assert(of4!.text.includes("(n = 7; 8 are needed)"), of4!.text);
  assertThrows(() => verdicts([...rows, ...rows], { ...column, comparisons: 1 }), RangeError, "found 2");
  for (const [m, seeds] of [[1, 6], [2, 7], [3, 7], [4, 8], [19, 10]] as const) {
    assertEquals(seedsToTell(m), seeds);
    assert(m * signFlipFloor(seeds) <= 0.05 && m * signFlipFloor(seeds - 1) > 0.05);
  }
});

Deno.test("verdicts() over pairs find nothing where the interval has 0 in it, whatever p says", () => {
  const within = { ...onPairs(0.1, 0.001), low: -0.01 };
  const found = verdicts([{ delta: delta(0.1, 1), pairs: within }], column)[0]!;
  assertEquals([found.word, verdictMark(found)], ["indistinguishable", "○"]);
});

Deno.test("verdicts() call a difference one only where every level that can tell does", () => {
  const of = (mean: number, p: number, overPairs = mean) =>
    verdicts([{ delta: delta(mean, 6), pairs: onPairs(overPairs, p) }], column)[0]!;
  assertEquals([of(0.5, 0.001), of(0.5, 0.5), of(0.001, 0.001)].map(({ word }) => word), [
    "better",
    "indistinguishable",
    "indistinguishable",
  ]);
  assert(/better over 6 seeds \(training noise\), p .*; indistinguishable over 6000 pairs/.test(of(0.5, 0.5).text));
  assert(of(0.5, 0.5).text.startsWith("not told apart from Softmax by both kinds of chance: "), of(0.5, 0.5).text);
  const some = [of(-0.5, 0.001), of(0.5, 0.5), of(0.001, 0.5), of(0.001, 0.001, 0.5)];
  assertEquals(some.map(verdictMark), ["▼", "▲○", "≈", "≈△"]);
  assertEquals(some.map(verdictWords), [
    "worse",
    "better over seeds, indistinguishable over the test set's pairs",
    "indistinguishable",
    "indistinguishable over seeds, better over the test set's pairs",
  ]);
});

Deno.test("the best of a column stands out where every other row is worse by the tests, with a baseline or without", () => {
  const rows = (values: Record<string, number>, seeds: number) =>
    Object.entries(values).flatMap(([row, value]) =>
      Array.from({ length: seeds }, (_, seed) => completed(row, seed, value + 0.002 * ((seed * (row.length + 3)) % 4)))
    );
  const bold = (values: Record<string, number>, seeds: number, without?: string) =>
    ["base", null].map((baseline) =>
      buildTable({
        rows: Object.keys(values),
        seeds: Array.from({ length: seeds }, (_, seed) => seed),
        records: rows(values, seeds).filter(({ row, seed }) => row !== without || seed > 0),
        columns: ["unseen.accuracy"],
        baseline,
      }).rows.filter(({ cells }) => cells[0]!.best).map(({ label }) => label).join()
    );
  const same = (row: string) => [row, row];
  assertEquals(bold({ base: 0.8, ab: 0.9, abc: 0.7 }, 7), same("ab"));
  assertEquals(bold({ base: 0.8, ab: 0.9, abc: 0.7 }, 6), same(""));
  assertEquals(bold({ base: 0.8, ab: 0.8001, abc: 0.7 }, 7), same(""));
  assertEquals(bold({ base: 0.8, ab: 0.6, abc: 0.7 }, 7), same("base"));
  assertEquals(bold({ base: 0.8, ab: 0.7999, abc: 0.7 }, 7), same(""));
  // Better than the baseline, but not than the second, and not than one that lacks a seed.
  assertEquals(bold({ base: 0.8, ab: 0.9, abc: 0.9001 }, 8), same(""));
  assertEquals(bold({ base: 0.8, ab: 0.9, abc: 0.95 }, 8), same("abc"));
  assertEquals(bold({ base: 0.8, ab: 0.9, abc: 0.95 }, 8, "abc"), same(""));
  assertEquals(bold({ base: 0.8, ab: 0.95, abc: 0.9 }, 9, "abc"), same("ab"));
});
