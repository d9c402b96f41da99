/**
 * One parameter against the figures of the table: the margin sweep.
 *
 * @module
 */
import { flattenKeys } from "../../experiments/differences.ts";
import type { Exhibit } from "../exhibit.ts";
import { unitLabel } from "../format.ts";
import { type ExhibitFigure, type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { short } from "./numbers.ts";
import { plainLabel } from "./rows.ts";

/** Rows that differ in one number alone. */
interface Sweep {
  readonly key: string;
  readonly rows: readonly { readonly row: string; readonly value: number }[];
}

/** So many values of a parameter make a line. */
const FEWEST = 3;

/** The sweeps among the rows: each numeric parameter of which rows have at least three values, all else equal. */
export function sweepsOf({ rows, records }: Pick<Exhibit, "rows" | "records">): Sweep[] {
  const flat = rows.flatMap((row) => {
    const record = records.find((one) => one.row === row);
    if (!record) return [];
    const { seed: _seed, ...manifest } = record.manifest as unknown as Record<string, unknown>;
    return [{ row, keys: flattenKeys(manifest) }];
  });
  const varying = new Set(
    flat.flatMap(({ keys }) => [...keys]).filter(([, value]) => typeof value === "number").map(([key]) => key),
  );
  return [...varying].flatMap((key) => {
    const rest = ({ keys }: (typeof flat)[number]) =>
      JSON.stringify([...keys].filter(([other]) => other !== key).sort(([a], [b]) => a < b ? -1 : 1));
    const having = flat.filter(({ keys }) => typeof keys.get(key) === "number");
    return [...Map.groupBy(having, rest).values()]
      .map((group) => group.map(({ row, keys }) => ({ row, value: keys.get(key) as number })))
      .filter((group) => new Set(group.map(({ value }) => value)).size >= FEWEST)
      .map((group) => ({ key, rows: group.sort((a, b) => a.value - b.value) }));
  });
}

/** Figure `margin`. */
export const margin: FigurePlugin = {
  name: "margin",
  summary: "A parameter that rows sweep, such as the margin, against the table's figures with 95 % intervals.",
  draw({ exhibit }) {
    const sweeps = sweepsOf(exhibit);
    const figures = [...Map.groupBy(sweeps, ({ key }) => key)].flatMap(([key, of]) => draw(exhibit, key, of));
    if (figures.length > 0) return figures;
    throw new MissingFigureData(
      `no rows with a figure differ in one number alone with at least ${FEWEST} values of it, as a grid over head.m makes them`,
    );
  },
};

function draw({ table }: Exhibit, key: string, sweeps: readonly Sweep[]): ExhibitFigure[] {
  const panels = table.columns.flatMap(({ metric, unit, higherIsBetter }, column) => {
    const factor = unit === "fraction" ? 100 : 1, scaled = (value: number) => short(value * factor);
    const cellOf = (row: string | null) => table.rows.find(({ label }) => label === row)?.cells[column];
    const values = sweeps.flatMap(({ rows }, sweep) =>
      rows.flatMap(({ row, value }) => {
        const cell = cellOf(row);
        if (!cell || cell.mean === null) return [];
        const { interval, runs } = cell, spread = interval ? [interval.low, interval.high] : [cell.mean, cell.mean];
        return [{
          sweep: plainLabel(sweeps[sweep]!.rows[0]!.row),
          x: value,
          y: scaled(cell.mean),
          low: scaled(spread[0]!),
          high: scaled(spread[1]!),
          n: runs.length,
        }];
      })
    );
    const base = cellOf(table.baseline)?.mean ?? null,
      inside = sweeps.some(({ rows }) => rows.some(({ row }) => row === table.baseline));
    if (higherIsBetter === null || values.length === 0) return [];
    return [{ metric, unit, values, baseline: base === null || inside ? null : scaled(base) }];
  });
  if (panels.length === 0) return [];
  const best = panels.map(({ metric, values }) => `${metric} ${values.map(({ x, y }) => `${x}: ${y}`).join(", ")}`);
  const several = sweeps.length > 1, seeds = panels.some(({ values }) => values.some(({ n }) => n > 1));
  const line = several ? { color: { field: "sweep", type: "nominal", legend: { title: null } } } : {};
  return [{
    name: `margin-${key}`,
    title: `${key} against ${panels.length === 1 ? panels[0]!.metric : "the table's figures"}`,
    caption: `Rows that differ in ${key} alone; ` +
      (seeds ? "points are means over seeds, lines 95 % t-intervals." : "each point is one run, without an interval.") +
      (panels.some(({ baseline }) => baseline !== null)
        ? ` Dashed: the baseline, ${plainLabel(table.baseline!)}.`
        : "") +
      (several ? " Lines are named by their first row." : ""),
    alt: `Figures over ${key}. ${best.join("; ")}.`,
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      columns: 2,
      concat: panels.map(({ metric, unit, values, baseline }) => {
        const x = { field: "x", type: "quantitative", title: key, scale: { zero: false, padding: 12 } };
        const y = {
          field: "y",
          type: "quantitative",
          title: metric + (unit === null ? "" : ` (${unitLabel(unit)})`),
          scale: { zero: false },
        };
        return {
          width: 250,
          height: 170,
          data: { values },
          layer: [
            ...baseline === null
              ? []
              : [{ mark: { type: "rule", style: "reference" }, encoding: { y: { datum: baseline } } }],
            { mark: { type: "rule" }, encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, ...line } },
            { mark: { type: "line", point: { size: 45 } }, encoding: { x, y, ...line } },
          ],
        };
      }),
    },
  }];
}
