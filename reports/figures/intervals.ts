/**
 * The table as a picture: each row's mean and its distance from the baseline, with 95 % intervals.
 *
 * @module
 */
import type { TableCell } from "../cell.ts";
import { differenceLabel, unitLabel } from "../format.ts";
import type { Table } from "../table.ts";
import { type ExhibitFigure, type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { short } from "./numbers.ts";
import { levelsDiffer, type Verdict } from "../verdict.ts";
import { plainLabel } from "./rows.ts";

/** Figure `intervals`. */
export const intervals: FigurePlugin = {
  name: "intervals",
  summary: "Each column of the table as a forest plot: means and differences to the baseline with 95 % intervals.",
  draw({ exhibit: { table } }) {
    const figures = table.columns.flatMap((_, column) => draw(table, column));
    if (figures.length > 0) return figures;
    throw new MissingFigureData("no run has completed; train what is missing with ablate");
  },
};

function draw(table: Table, column: number): ExhibitFigure[] {
  const { metric, unit } = table.columns[column]!;
  const factor = unit === "fraction" ? 100 : 1, scaled = (value: number) => short(value * factor);
  const cells = table.rows.map(({ cells }) => cells[column]!).filter(({ mean }) => mean !== null);
  if (cells.length === 0) return [];
  const sort = cells.map(({ row }) => plainLabel(row)), step = { height: { step: 20 } };
  const means = cells.map(({ row, mean, interval, published }) => ({
    row: plainLabel(row),
    mean: scaled(mean!),
    ...interval ? { low: scaled(interval.low), high: scaled(interval.high) } : {},
    ...typeof published === "number" ? { published: scaled(published) } : {},
  }));
  const runs = cells.flatMap(({ row, runs }) =>
    runs.length > 1 ? runs.map(({ value }) => ({ row: plainLabel(row), value: scaled(value) })) : []
  );
  const differences = cells.flatMap((cell) => differenceOf(cell, scaled));
  const y = { field: "row", type: "nominal", sort, title: null, axis: { labelLimit: 220 }, scale: { domain: sort } };
  const x = (field: string, title: string) => ({ field, type: "quantitative", title, scale: { zero: false } });
  const units = unit === null ? "" : ` (${unitLabel(unit)})`;
  const value = {
    ...step,
    width: 260,
    layer: [
      ...runs.length === 0
        ? []
        : [{ data: { values: runs }, mark: { type: "tick", style: "muted" }, encoding: { x: x("value", ""), y } }],
      {
        data: { values: means },
        layer: [
          ...rules(means, { x: x("low", metric + units), x2: { field: "high" }, y }),
          {
            mark: { type: "point", size: 45 },
            encoding: { x: x("mean", metric + units), y },
          },
        ],
      },
    ],
  };
  const shape = {
    field: "verdict",
    type: "nominal",
    scale: { domain: WORDS, range: Object.values(SHAPES) },
    legend: { title: null, values: WORDS.filter((word) => differences.some(({ verdict }) => verdict === word)) },
  };
  const change = {
    ...step,
    width: 200,
    layer: [
      { data: { values: [{ zero: 0 }] }, mark: { type: "rule", style: "reference" }, encoding: { x: { datum: 0 } } },
      {
        data: { values: differences },
        layer: [
          ...rules(differences, { x: x("low", ""), x2: { field: "high" }, y: { ...y, axis: null } }),
          {
            mark: { type: "point", size: 60 },
            encoding: {
              x: x(
                "mean",
                `Δ ${plainLabel(table.baseline ?? "")}${unit === null ? "" : ` (${differenceLabel(unit)})`}`,
              ),
              y: { ...y, axis: null },
              shape,
            },
          },
        ],
      },
    ],
  };
  const compared = differences.length > 0;
  return [{
    name: `intervals-${metric}`,
    title: `${metric}${compared ? `, and its difference to ${plainLabel(table.baseline!)}` : ""}`,
    caption: caption(cells, compared),
    alt: `Means of ${metric}${units}: ${
      means.map(({ row, mean }) => `${row} ${Number(mean.toPrecision(4))}`).join("; ")
    }.`,
    spec: { $schema: VEGA_LITE_SCHEMA, ...compared ? { hconcat: [value, change] } : value },
  }];
}

/** The layer of intervals, where there are any. */
function rules(values: readonly object[], encoding: Record<string, unknown>) {
  return values.some((value) => "low" in value) ? [{ mark: { type: "rule" }, encoding }] : [];
}

/** Symbols of verdicts. */
const SHAPES = {
  better: "triangle-right",
  worse: "triangle-left",
  different: "diamond",
  indistinguishable: "circle",
  "too few to tell": "cross",
  "better over seeds alone": "triangle-up",
  "worse over seeds alone": "triangle-down",
  "different over seeds alone": "square",
  "told apart over pairs alone": "wedge",
} as const;
const WORDS = Object.keys(SHAPES) as (keyof typeof SHAPES)[];

/** What a symbol says of a verdict: the interval beside it is that over seeds, where there are several. */
function wordsOf(verdict: Verdict | null): keyof typeof SHAPES {
  if (!verdict) return "too few to tell";
  const { word, seeds } = verdict;
  if (!levelsDiffer(verdict)) return word;
  if (seeds.word === "indistinguishable" || seeds.word === "too few to tell") {
    return "told apart over pairs alone";
  }
  return `${seeds.word} over seeds alone`;
}

function differenceOf({ row, delta, pairs, verdict }: TableCell, scaled: (value: number) => number) {
  if (!delta) return [];
  const spread = delta.halfWidth !== null
    ? { low: scaled(delta.mean - delta.halfWidth), high: scaled(delta.mean + delta.halfWidth) }
    : pairs
    ? { low: scaled(pairs.low), high: scaled(pairs.high) }
    : {};
  return [{ row: plainLabel(row), mean: scaled(delta.mean), ...spread, verdict: wordsOf(verdict) }];
}

function caption(cells: readonly TableCell[], compared: boolean): string {
  const seeds = cells.some(({ interval }) => interval !== null);
  const overPairs = cells.some(({ delta, pairs }) => delta && delta.halfWidth === null && pairs);
  return [
    seeds ? "Points are means over seeds, lines 95 % t-intervals, ticks the runs." : "Points are single runs.",
    ...compared
      ? [
        overPairs
          ? "Differences have the 95 % interval over the pairs of the test set (bootstrap of identities)."
          : "Differences are paired by seed, with their 95 % t-intervals.",
        "The verdicts are those of the table, after Holm's correction.",
      ]
      : [],
  ].join(" ");
}
