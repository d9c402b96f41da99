/**
 * How far rows judge the same pairs alike, and err on the same ones.
 *
 * @module
 */
import type { Exhibit } from "../exhibit.ts";
import { type ExhibitFigure, type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { short } from "./numbers.ts";
import { plainLabel } from "./rows.ts";

/** Rows up to which a cell holds its number. */
const WRITTEN = 8;

/** What each run of a row judged: 1 for a pair that it judged rightly. */
type Judged = ReadonlyMap<string, readonly Uint8Array[]>;

/** Figure `agreement`. */
export const agreement: FigurePlugin = {
  name: "agreement",
  summary: "Which share of the pairs two rows judge alike, and how many of their errors they have in common.",
  draw({ exhibit }) {
    const figures = [...judgedOf(exhibit)].filter(([, rows]) => rows.size > 1 || [...rows.values()][0]!.length > 1)
      .map(([evaluation, judged]) => draw(evaluation, judged));
    if (figures.length > 0) return figures;
    throw new MissingFigureData(
      "no two runs have stored what they said of the same pairs; evaluate with a protocol of pairs, such as verification, " +
        "and keep scores and pairs (collate writes them)",
    );
  },
};

/** By evaluation: the rows whose runs judged its pairs, in the planned order. Runs on other pairs than the first's are left out. */
export function judgedOf({ rows, records, outcomes }: Exhibit): Map<string, Map<string, Uint8Array[]>> {
  const found = new Map<string, Map<string, Uint8Array[]>>(), pairs = new Map<string, object>();
  for (const row of rows) {
    for (const { id } of records.filter((record) => record.row === row)) {
      for (const [evaluation, outcome] of outcomes.runs.get(id) ?? []) {
        if (!outcome.correct) continue;
        if (!pairs.has(evaluation)) pairs.set(evaluation, outcome.pairs);
        if (pairs.get(evaluation) !== outcome.pairs) continue;
        const known = found.get(evaluation) ?? new Map<string, Uint8Array[]>();
        known.set(row, [...known.get(row) ?? [], outcome.correct]);
        found.set(evaluation, known);
      }
    }
  }
  return found;
}

/** What two runs have in common. */
interface Shared {
  /** Share of the pairs that both judge rightly or both wrongly. */
  readonly alike: number;
  /** Pairs that both judge wrongly, among those that one of them does; 1 where neither errs. */
  readonly errors: number;
}

/** Compares what two runs judged. */
export function compareJudged(a: Uint8Array, b: Uint8Array): Shared {
  let alike = 0, both = 0, either = 0;
  a.forEach((right, pair) => {
    const other = b[pair]!;
    if (right === other) alike++;
    if (!right || !other) either++;
    if (!right && !other) both++;
  });
  return { alike: alike / a.length, errors: either === 0 ? 1 : both / either };
}

/** The mean over every two runs, one of each row; of one row, over every two of its seeds. */
function cells(judged: Judged) {
  const rows = [...judged];
  return rows.flatMap(([a, ofA]) =>
    rows.flatMap(([b, ofB]) => {
      const all = ofA.flatMap((one, i) =>
        ofB.flatMap((other, j) => a === b && i >= j ? [] : [compareJudged(one, other)])
      );
      if (all.length === 0) return [];
      const mean = (key: keyof Shared) => short(100 * all.reduce((sum, one) => sum + one[key], 0) / all.length);
      return [{ a: plainLabel(a), b: plainLabel(b), alike: mean("alike"), errors: mean("errors") }];
    })
  );
}

function draw(evaluation: string, judged: Judged): ExhibitFigure {
  const values = cells(judged),
    rows = [...judged.keys()].map(plainLabel),
    seeds = [...judged.values()].some((of) => of.length > 1);
  const pairs = [...judged.values()][0]![0]!.length;
  const others = values.filter(({ a, b }) => rows.indexOf(a) < rows.indexOf(b)).sort((x, y) => x.errors - y.errors);
  const least = others[0] ?? values[0]!, most = others.at(-1) ?? values[0]!;
  return {
    name: `agreement-${evaluation}`,
    title: `Agreement of rows on the pairs of ${evaluation}`,
    caption:
      `Left: percent of the ${pairs} pairs that two rows judge alike, both rightly or both wrongly. Right: pairs that ` +
      "both judge wrongly, in percent of those that at least one of them does." +
      (seeds ? " Means over every two runs; the diagonal compares the seeds of one row." : " One seed a row."),
    alt: `Matrices of the rows' agreement. Errors in common are fewest between ${least.a} and ${least.b}, ${
      Math.round(least.errors)
    } %, and most between ${most.a} and ${most.b}, ${Math.round(most.errors)} %.`,
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      data: { values },
      hconcat: [matrix("alike", rows, "judged alike (%)"), matrix("errors", rows, "errors in common (%)")],
      resolve: { scale: { opacity: "independent" } },
    },
  };
}

function matrix(field: keyof Shared, rows: readonly string[], title: string) {
  const side = { type: "nominal", scale: { domain: rows }, title: null }, step = rows.length > WRITTEN ? 18 : 44;
  const written = rows.length <= WRITTEN;
  return {
    title: { text: title, fontWeight: "normal" },
    width: { step },
    height: { step: Math.min(step, 30) },
    encoding: {
      x: { field: "b", ...side, axis: { labelAngle: -45, labelLimit: 200, domain: false, ticks: false } },
      y: { field: "a", ...side, axis: field === "alike" ? { labelLimit: 200, domain: false, ticks: false } : null },
    },
    layer: [
      {
        mark: { type: "rect" },
        encoding: {
          opacity: {
            field,
            type: "quantitative",
            // Up to what a number on it can be read upon.
            scale: { zero: false, range: [0.04, written ? 0.55 : 1] },
            legend: written ? null : { title: null, tickCount: 4 },
          },
        },
      },
      ...written
        ? [{ mark: { type: "text" }, encoding: { text: { field, type: "quantitative", format: ".1f" } } }]
        : [],
    ],
  };
}
