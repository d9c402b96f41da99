import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decideRungs,
  goOn,
  leastSaved,
  type Ledger,
  rankRung,
  type RungRow,
  type Standing,
  verdictOf,
} from "../../../experiments/stopping/halving.ts";

const figure = (value: number | null): Standing => ({ type: "figure", value });
const rule = { higherIsBetter: true, keep: 0.5, protect: [] as string[] };
const section = { ...rule, rule: "halving", metric: "unseen.accuracy", rungs: [10, 20] } as const;

const standing = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 8 }).map((value) => figure(value / 8)) },
  fc.constant(figure(null)),
  fc.constant<Standing>({ type: "ended" }),
  fc.constant<Standing>({ type: "past" }),
);
const rung = fc.record({
  seeds: fc.integer({ min: 1, max: 3 }),
  count: fc.integer({ min: 1, max: 12 }),
}).chain(({ seeds, count }) =>
  fc.array(fc.array(standing, { minLength: seeds, maxLength: seeds }), { minLength: count, maxLength: count })
).map((rows) => rows.map((runs, i): RungRow => ({ label: `row ${i}`, runs })));
const rules = fc.record({
  higherIsBetter: fc.boolean(),
  keep: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  protect: fc.subarray(["row 0", "row 3", "row 7"]),
});

Deno.test("rankRung() ranks every row once, in an order that no pair of rows contradicts", () => {
  fc.assert(
    fc.property(rung, rules, (rows, rule) => {
      const ranked = rankRung(rows, rule);
      assertEquals(ranked.map(({ rank }) => rank), rows.map((_, i) => i + 1));
      assertEquals(ranked.map(({ label }) => label).sort(), rows.map(({ label }) => label).sort());
      for (const [i, a] of ranked.entries()) {
        for (const b of ranked.slice(i + 1)) {
          assert(a.lacking <= b.lacking);
          if (a.lacking < b.lacking || a.mean === null || b.mean === null) continue;
          assert(rule.higherIsBetter ? a.mean >= b.mean : a.mean <= b.mean);
          const place = ({ label }: { label: string }) => rows.findIndex((row) => row.label === label);
          if (a.mean === b.mean) assert(place(a) < place(b), "ties are in the order of the plan");
        }
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("rankRung() lets the best ⌈keep · n⌉ go on, and beside them protected rows and those past the rung alone", () => {
  fc.assert(
    fc.property(rung, rules, (rows, rule) => {
      const ranked = rankRung(rows, rule), best = goOn(rows.length, rule.keep);
      for (const { label, rank, goesOn } of ranked) {
        const { runs } = rows.find((row) => row.label === label)!;
        const exempt = rule.protect.includes(label) || runs.some(({ type }) => type === "past");
        assertEquals(goesOn, rank <= best || exempt, label);
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});

Deno.test("rankRung() is turned around by the direction of the metric, where no rows are equal", () => {
  const values = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 10 });
  fc.assert(
    fc.property(values, (values) => {
      const rows = values.map((value, i) => ({ label: `row ${i}`, runs: [figure(value)] }));
      const up = rankRung(rows, rule), down = rankRung(rows, { ...rule, higherIsBetter: false });
      assertEquals(up.map(({ label }) => label), down.map(({ label }) => label).reverse());
    }),
    { seed: 3 },
  );
});

Deno.test("rankRung() ranks by the mean over seeds, rows that lack a figure last", () => {
  const rows: RungRow[] = [
    { label: "one seed diverged", runs: [figure(0.9), { type: "ended" }] },
    { label: "not finite", runs: [figure(null), figure(null)] },
    { label: "even", runs: [figure(0.5), figure(0.5)] },
    { label: "mixed", runs: [figure(0.9), figure(0.3)] },
  ];
  assertEquals(rankRung(rows, rule), [
    { label: "mixed", mean: 0.6, lacking: 0, rank: 1, goesOn: true },
    { label: "even", mean: 0.5, lacking: 0, rank: 2, goesOn: true },
    { label: "one seed diverged", mean: 0.9, lacking: 1, rank: 3, goesOn: false },
    { label: "not finite", mean: null, lacking: 2, rank: 4, goesOn: false },
  ]);
});

Deno.test("goOn() rounds up, without the noise of float64", () => {
  assertEquals([goOn(5, 0.5), goOn(25, 0.28), goOn(3, 0.1), goOn(1, 0.5), goOn(10, 0.3)], [3, 7, 1, 1, 3]);
});

const plan = {
  rows: ["A", "B", "C", "D"].map((label) => ({ label })),
  runs: ["A", "B", "C", "D"].flatMap((row) => [0, 1].map((seed) => ({ id: `${row}${seed}`, row }))),
};

/** A ledger without decisions. */
function ledger(standing: (id: string, step: number) => Standing | undefined): Ledger {
  return {
    standing: (id, step) => Promise.resolve(standing(id, step)),
    decision: () => Promise.resolve(undefined),
    keep: (rung) => Promise.resolve(rung),
  };
}

/** Decides by a table of figures: run and step to a value; what is not in it is still to come. */
function decide(figures: Record<string, number | null>) {
  return decideRungs(
    plan,
    section,
    ledger((id, step) => {
      const key = `${id} ${step}`;
      return key in figures ? figure(figures[key]!) : undefined;
    }),
  );
}

const first = { "A0 10": 4, "A1 10": 4, "B0 10": 1, "B1 10": 1, "C0 10": 3, "C1 10": 3, "D0 10": 2, "D1 10": 2 };

Deno.test("decideRungs() waits for every run of the rows that are at work, and for no other", async () => {
  const { "D1 10": _, ...open } = first;
  assertEquals(await decide(open), []);
  const one = await decide({ ...first, "A0 20": 0 });
  assertEquals(one.map(({ step, ranking }) => [step, ranking.map(({ label }) => label).join("")]), [[10, "ACDB"]]);
  const two = await decide({ ...first, "A0 20": 0, "A1 20": 0, "C0 20": 1, "C1 20": 1 });
  assertEquals(two[1], {
    step: 20,
    ranking: [
      { label: "C", mean: 1, lacking: 0, rank: 1, goesOn: true },
      { label: "A", mean: 0, lacking: 0, rank: 2, goesOn: false },
    ],
  });
});

Deno.test("verdictOf() names the rung at which a row ended, also when it is asked later", async () => {
  const decided = await decide({ ...first, "A0 20": 0, "A1 20": 0, "C0 20": 1, "C1 20": 1 });
  const told = (label: string, step: number) => {
    const verdict = verdictOf(decided, label, step);
    return verdict && [verdict.goesOn, verdict.step, verdict.row.rank, verdict.of];
  };
  assertEquals(told("A", 10), [true, 10, 1, 4]);
  assertEquals(told("A", 20), [false, 20, 2, 2]);
  assertEquals(told("D", 10), [false, 10, 3, 4]);
  assertEquals(told("D", 20), [false, 10, 3, 4]);
  assertEquals(verdictOf(decided.slice(0, 1), "A", 20), undefined);
  assertEquals(verdictOf([], "A", 10), undefined);
});

Deno.test("leastSaved() is what halving saves at least, and exactly that when protected rows are the worst", () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ label: `row ${i}`, steps: 100, runs: 1 }));
  const figures = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.asyncProperty(figures, rules, async (values, { keep, protect }) => {
      const rule = { ...section, keep, protect };
      const plan = { rows: rows(values.length), runs: values.map((_, i) => ({ id: `${i}`, row: `row ${i}` })) };
      const decided = await decideRungs(plan, rule, ledger((id) => figure(values[Number(id)]!)));
      const saved = decided.flatMap(({ step, ranking }) => ranking.map(({ goesOn }) => goesOn ? 0 : 100 - step))
        .reduce((a, b) => a + b, 0);
      const least = leastSaved(plan.rows, rule);
      assert(least <= saved, `${least} ${saved}`);
    }),
    { seed: 4, numRuns: 200 },
  );
  // Of 8 rows the best 4 and the protected one go on at 10, the best 3 of these and the protected one at 20.
  assertEquals(leastSaved(rows(8), { ...section, protect: ["row 0"] }), 3 * 90 + 1 * 80);
  assertEquals(leastSaved(rows(8), section), 4 * 90 + 2 * 80);
});
