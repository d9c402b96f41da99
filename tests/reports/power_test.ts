import { assertEquals, assertThrows } from "@std/assert";
import {
  buildTable,
  detectableDifference,
  detectableShare,
  mcnemarPower,
  pairsNeeded,
  planPower,
  seedsNeeded,
  type Table,
} from "../../reports/mod.ts";
import { sampleRecord } from "../experiments/sample_record.ts";
import { assertNear } from "./statistics/oracle.ts";

/** A table of one metric: the values of each row, seed by seed. */
function tableOf(
  rows: Readonly<Record<string, readonly number[]>>,
  { baseline = null, metric = "accuracy" }: { readonly baseline?: string | null; readonly metric?: string } = {},
): Table {
  const metricOf = (value: number) => ({
    ...sampleRecord().metrics[0]!,
    evaluation: "lfw",
    name: metric,
    value,
    n: 6000,
    unit: "fraction",
  });
  return buildTable({
    rows: Object.keys(rows),
    seeds: [0, 1, 2],
    records: Object.entries(rows).flatMap(([row, values]) =>
      values.map((value, seed) => sampleRecord({ row, seed, id: `${row}-${seed}`, metrics: [metricOf(value)] }))
    ),
    columns: [`lfw.${metric}`],
    baseline,
  });
}

/** Differences to A: 0.01, 0.02, 0.03 (squares 2e-4) and 0.00, 0.02 (squares 2e-4), three degrees of freedom. */
const ROWS = { A: [0.9, 0.91, 0.92], B: [0.91, 0.93, 0.95], C: [0.9, 0.93] };

Deno.test("planPower() pools the differences to the baseline over rows", () => {
  const { seeds, comparisons, signFlipSeeds } = planPower(tableOf(ROWS, { baseline: "A" }), 0, { difference: 0.005 });
  const std = Math.sqrt(4e-4 / 3);
  if ("unknown" in seeds) throw new Error(seeds.unknown);
  assertNear(seeds.spread.std, std, 1e-12);
  assertEquals([seeds.spread.source, seeds.spread.rows, seeds.planned], ["differences", 2, 3]);
  assertEquals([seeds.needed, comparisons, signFlipSeeds], [seedsNeeded(0.005, std, { alpha: 0.05 / 2 }), 2, 7]);
  assertEquals(seeds.detectable, null);
});

Deno.test("planPower() asks for no fewer seeds than a sign-flip test takes after Holm over the planned rows", () => {
  const rows = { ...ROWS, D: [], E: [] }, options = { alpha: 0.05 / 4 };
  const { seeds, signFlipSeeds } = planPower(tableOf(rows, { baseline: "A" }), 0, { difference: 0.5 });
  if ("unknown" in seeds) throw new Error(seeds.unknown);
  assertEquals([seeds.needed, seeds.byTest, signFlipSeeds], [8, seedsNeeded(0.5, seeds.spread.std, options), 8]);
  const many = planPower({ ...tableOf(rows, { baseline: "A" }), seeds: [0, 1, 2, 3, 4, 5, 6, 7] }, 0, {
    difference: 0.5,
  });
  if ("unknown" in many.seeds) throw new Error(many.seeds.unknown);
  assertNear(many.seeds.detectable, detectableDifference(8, seeds.spread.std, options), 1e-9);
});

Deno.test("planPower() without a baseline takes the rows' own spread, √2 times", () => {
  const { seeds } = planPower(tableOf(ROWS), 0, { difference: 0.005 });
  if ("unknown" in seeds) throw new Error(seeds.unknown);
  // Squares 2e-4, 8e-4 and 4.5e-4 of five degrees of freedom.
  assertNear(seeds.spread.std, Math.sqrt(2 * 14.5e-4 / 5), 1e-12);
  assertEquals([seeds.spread.source, seeds.spread.rows], ["rows", 3]);
});

Deno.test("planPower() says what it does not know, and takes what it is given", () => {
  const single = tableOf({ A: [0.9], B: [0.91] }, { baseline: "A" }), none = tableOf({ A: [], B: [] });
  const unknown = (plan: object) => (plan as { unknown: string }).unknown;
  const bare = planPower(single, 0, { difference: 0.01 });
  assertEquals(unknown(bare.seeds), "no spread known: two finished seeds of a row are wanted");
  assertEquals(unknown(planPower(none, 0, { difference: 0.01 }).pairs), "no accuracy known: a finished run is wanted");
  const still = planPower(tableOf({ A: [0.9, 0.9] }), 0, { difference: 0.01 });
  assertEquals(unknown(still.seeds), "no spread known: the finished seeds all give the same");
  const given = planPower(none, 0, { difference: 0.01, std: 0.02, discordant: 0.05 });
  assertEquals(given.seeds, {
    spread: { std: 0.02, source: "given", rows: 0 },
    needed: seedsNeeded(0.5, 1),
    byTest: seedsNeeded(0.5, 1),
    planned: 3,
    detectable: null,
  });
  assertEquals(given.pairs, {
    discordant: 0.05,
    source: "given",
    compared: 0,
    needed: pairsNeeded(0.01, 0.05),
    measured: null,
    detectable: null,
  });
  assertThrows(() => planPower(single, 0, { difference: 0 }), RangeError, "difference of 0");
});

Deno.test("planPower() takes two networks to err independently about the mean accuracy", () => {
  const { pairs } = planPower(tableOf({ A: [0.9], B: [0.92] }), 0, { difference: 0.01 });
  if ("unknown" in pairs) throw new Error(pairs.unknown);
  assertNear(pairs.discordant, 0.915 * (1 - 0.905) + 0.905 * (1 - 0.915), 1e-12);
  assertEquals([pairs.source, pairs.measured], ["independent", 6000]);
  assertEquals(pairs.needed, pairsNeeded(0.01, pairs.discordant));
  assertNear(pairs.detectable, detectableShare(6000, pairs.discordant)!, 1e-12);
});

Deno.test("planPower() takes the share of pairs that stored runs decide differently, seed by seed", () => {
  const pairs = { same: new Uint8Array(4), fold: new Int32Array(4), folds: 1, left: [], right: [] } as never;
  const said = (id: string, correct: readonly number[]) =>
    [id, new Map([["lfw", { pairs, scores: new Float64Array(4), correct: Uint8Array.from(correct) }]])] as const;
  const outcomes = new Map([
    said("A-0", [1, 1, 1, 1]),
    said("A-1", [0, 0, 0, 0]),
    said("B-0", [1, 1, 1, 0]),
    said("B-1", [1, 1, 0, 0]),
    said("C-0", [0, 0, 1, 0]),
  ]);
  const rows = { A: [0.9, 0.8], B: [0.92, 0.8], C: [0.9] };
  const plan = (baseline: string | null, discordant?: number) => {
    const { pairs } = planPower(tableOf(rows, { baseline }), 0, { difference: 0.1, outcomes, discordant });
    if ("unknown" in pairs) throw new Error(pairs.unknown);
    return [pairs.discordant, pairs.source, pairs.compared];
  };
  assertEquals(plan("A"), [(1 / 4 + 2 / 4 + 3 / 4) / 3, "stored", 3]);
  assertEquals(plan(null), [(1 / 4 + 2 / 4 + 3 / 4 + 2 / 4) / 4, "stored", 4]);
  assertEquals(plan("A", 0.2), [0.2, "given", 0]);
});

Deno.test("planPower() counts pairs for an accuracy alone", () => {
  const { pairs } = planPower(tableOf({ A: [0.9, 0.8] }, { metric: "auc" }), 0, { difference: 0.01 });
  assertEquals(pairs, { unknown: "pairs are counted for an accuracy alone" });
});

Deno.test("detectableShare() is the difference that its number of pairs is needed for", () => {
  for (const [n, discordant] of [[6000, 0.08], [600, 0.02], [100, 0.5]] as const) {
    const found = detectableShare(n, discordant)!;
    assertEquals(pairsNeeded(found * (1 + 1e-9), discordant), n);
    assertNear(mcnemarPower(found, discordant, { n }), 0.8, 1e-3);
  }
  assertEquals(detectableShare(3, 0.5), null);
});
