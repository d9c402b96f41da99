import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { PairOutcomes } from "../../experiments/outcomes.ts";
import { tarAtFar } from "../../evaluation/mod.ts";
import { buildTable, mcnemar, type TableRecord, twiceMedian } from "../../reports/mod.ts";
import { createRandom } from "../../tensor/random.ts";
import { completed, idOf } from "./sample.ts";

const COUNT = 600, IDENTITIES = 60;

/** Pairs of identities in two folds, the same for every run. */
const pairs = (() => {
  const left = Int32Array.from({ length: COUNT }, (_, i) => i % IDENTITIES);
  const right = left.map((identity, i) => i < COUNT / 2 ? identity : (identity + 1 + i % 7) % IDENTITIES);
  const same = Uint8Array.from(left, (identity, i) => Number(identity === right[i]));
  return { same, fold: left.map((_, i) => i % 2), folds: 2, left, right };
})();

/** What a network said that errs on about one of `errs` pairs. */
function outcome(name: string, errs: number): PairOutcomes {
  const random = createRandom(0, name);
  const correct = Uint8Array.from(pairs.same, () => Number(random.uniform() >= 1 / errs));
  const scores = Float64Array.from(pairs.same, (same, i) => (same === correct[i] ? 0.5 : 1.5) + random.uniform() / 2);
  return { pairs, scores, correct };
}

const share = ({ correct }: PairOutcomes) => correct!.reduce((sum, right) => sum + right, 0) / COUNT;
const tar = ({ scores }: PairOutcomes) => {
  const of = (kind: number) => scores.filter((_, i) => pairs.same[i] === kind).sort();
  return tarAtFar({ same: of(1), different: of(0) }, 0.01);
};

/** A table of runs and what they said; a run that is named in `silent` stored no pairs. */
function tableOf(said: Record<string, readonly PairOutcomes[]>, { silent = "" } = {}) {
  const rows = Object.keys(said), outcomes = new Map<string, ReadonlyMap<string, PairOutcomes>>();
  const records = rows.flatMap((row) =>
    said[row]!.map((one, seed): TableRecord => {
      const record = completed(row, seed, share(one)), [accuracy] = record.metrics;
      if (row !== silent) outcomes.set(record.id, new Map([["unseen", one]]));
      return { ...record, metrics: [accuracy!, { ...accuracy!, name: "tar@1e-2", value: tar(one) }] };
    })
  );
  const seeds = said[rows[0]!]!.map((_, seed) => seed);
  return buildTable({ rows, seeds, records, baseline: "base", outcomes });
}

Deno.test("buildTable() compares accuracies pair by pair: McNemar's counts, and an interval by identities", () => {
  const base = outcome("base", 5), good = outcome("good", 20);
  const table = tableOf({ base: [base], good: [good], twin: [base] });
  const [cell] = table.rows[1]!.cells, found = cell!.pairs!;
  const b = good.correct!.filter((right, i) => right && !base.correct![i]).length;
  const c = base.correct!.filter((right, i) => right && !good.correct![i]).length;
  assertEquals(found.mcnemar, [{ seed: 0, ...mcnemar(b, c) }]);
  assertAlmostEquals(found.delta, (b - c) / COUNT, 1e-12);
  assert(found.low < found.delta && found.delta < found.high && found.low > 0);
  assertEquals([found.n, found.identities, found.mcnemarP], [COUNT, IDENTITIES, mcnemar(b, c).midP]);
  assertEquals(found.p, Math.max(found.bootstrapP, found.mcnemarP!));
  assertEquals([cell!.verdict!.word, cell!.verdict!.seeds.word], ["better", "too few to tell"]);
  assertEquals(table.rows[0]!.cells[0]!.pairs, null);
  const twin = table.rows[2]!.cells[0]!;
  assertEquals([twin.pairs!.delta, twin.pairs!.p, twin.verdict!.word], [0, 1, "indistinguishable"]);
});

Deno.test("buildTable() compares TAR on the pairs, where the recorded figure is the one that is resampled", () => {
  const base = outcome("base", 5), good = outcome("good", 20);
  const said = { base: [base], good: [good] };
  const found = tableOf(said).rows[1]!.cells[1]!.pairs!;
  assertAlmostEquals(found.delta, tar(good) - tar(base), 1e-12);
  assertEquals([found.mcnemar, found.mcnemarP, found.p], [null, null, found.bootstrapP]);
  const other = { ...good, scores: good.scores.map((score, i) => pairs.same[i] ? score : 0.4) };
  const outcomes = new Map([["base", base], ["good", other]].map(([row, one]) => [
    idOf(row as string, 0),
    new Map([["unseen", one as PairOutcomes]]),
  ]));
  const records = ["base", "good"].map((row) => {
    const record = completed(row, 0, 0.9);
    return { ...record, metrics: [{ ...record.metrics[0]!, name: "tar@1e-2", value: row === "base" ? tar(base) : 1 }] };
  });
  const table = buildTable({ rows: ["base", "good"], seeds: [0], records, baseline: "base", outcomes });
  assertEquals(table.rows[1]!.cells[0]!.pairs, null);
});

Deno.test("buildTable() joins the seeds' tests on one set of pairs as twice their median", () => {
  const runs = (name: string, errs: number) => [0, 1, 2].map((seed) => outcome(`${name} ${seed}`, errs));
  const found = tableOf({ base: runs("base", 6), good: runs("good", 12) }).rows[1]!.cells[0]!.pairs!;
  assertEquals(found.seeds, [0, 1, 2]);
  assertEquals(found.mcnemarP, twiceMedian(found.mcnemar!.map(({ midP }) => midP)));
  assertAlmostEquals(found.delta, found.mcnemar!.reduce((sum, { b, c }) => sum + (b - c) / COUNT / 3, 0), 1e-12);
});

Deno.test("buildTable() compares no pairs where a run kept none, or an identity does not tell the kind of a pair", () => {
  const said = { base: [outcome("base", 5)], good: [outcome("good", 20)] };
  assertEquals(tableOf(said, { silent: "good" }).rows[1]!.cells.map(({ pairs }) => pairs), [null, null]);
  assertEquals(tableOf(said, { silent: "base" }).rows[1]!.cells.map(({ pairs }) => pairs), [null, null]);
  const strangers = { ...pairs, left: pairs.left.with(400, -1), right: pairs.right.with(400, -1) };
  const odd = Object.fromEntries(
    Object.entries(said).map(([row, [one]]) => [row, [{ ...one!, pairs: strangers }]]),
  );
  assertEquals(tableOf(odd).rows[1]!.cells.map(({ pairs }) => pairs), [null, null]);
});
