/**
 * Angles: between pairs after training, and of samples to their class's weight during it.
 *
 * Source: J. Deng et al., "ArcFace", Figures 4(a), 6 and 7, https://arxiv.org/abs/1801.07698.
 *
 * @module
 */
import type { RecordedWindow } from "../../experiments/record.ts";
import { curvesOf } from "./curves.ts";
import { type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { type Point, short } from "./numbers.ts";
import { plainLabel } from "./rows.ts";

/** Mean of histograms on one grid, where bars of no sample are left out. */
function meanBars(histograms: readonly (readonly Point[])[]): Point[] {
  const sums = new Map<number, number>();
  for (const bars of histograms) for (const [x, y] of bars) sums.set(x, (sums.get(x) ?? 0) + y);
  return [...sums].sort(([a], [b]) => a - b).map(([x, y]) => [x, short(y / histograms.length)]);
}

/** Mean angle of a histogram of shares. */
function centre(bars: readonly Point[]): number {
  const total = bars.reduce((sum, [, y]) => sum + y, 0);
  return Number((bars.reduce((sum, [x, y]) => sum + x * y, 0) / total).toPrecision(3));
}

const DEGREES = { field: "x", type: "quantitative", axis: { values: [0, 30, 60, 90, 120, 150, 180], grid: false } };

/** Areas one above the other, with their outlines, by kind. */
function histogram(kind: string, kinds: readonly string[], x: Record<string, unknown>, y: string) {
  return {
    layer: [{ type: "area", style: "band" }, { type: "line" }]
      .map((mark) => ({
        mark,
        encoding: {
          x: { ...DEGREES, ...x },
          y: { field: "y", type: "quantitative", title: y, axis: { tickCount: 4, format: "%" }, stack: null },
          color: { field: kind, type: "nominal", scale: { domain: kinds }, legend: { title: null } },
          ...mark.type === "line"
            ? { strokeDash: { field: kind, type: "nominal", scale: { domain: kinds }, legend: { title: null } } }
            : {},
        },
      })),
  };
}

/** Figure `pair-angles`. */
export const pairAngles: FigurePlugin = {
  name: "pair-angles",
  summary: "Histograms of the angles of positive and negative pairs (ArcFace, Figures 6 and 7).",
  draw({ exhibit }) {
    const same = curvesOf(exhibit, "angles-same"), different = curvesOf(exhibit, "angles-different");
    if (same.size === 0) {
      throw new MissingFigureData(
        "no completed run has the angles of pairs; evaluate with a protocol of pairs, such as verification",
      );
    }
    return [...same.keys()].map((evaluation) => {
      const rows = exhibit.rows.filter((row) => same.get(evaluation)!.some((curve) => curve.row === row));
      const of = (all: typeof same, row: string) =>
        meanBars((all.get(evaluation) ?? []).filter((curve) => curve.row === row).map(({ curve }) => curve.points));
      const bars = rows.map((row) => ({ row: plainLabel(row), positive: of(same, row), negative: of(different, row) }));
      const values = bars.flatMap(({ row, positive, negative }) => [
        ...positive.map(([x, y]) => ({ row, kind: "positive pairs", x, y })),
        ...negative.map(([x, y]) => ({ row, kind: "negative pairs", x, y })),
      ]);
      const means = bars.map(({ row, positive, negative }) => `${row} ${centre(positive)} and ${centre(negative)}`);
      return {
        name: `pair-angles-${evaluation}`,
        title: `Angles of pairs, ${evaluation}`,
        caption:
          "Share of the positive and of the negative pairs in each bar of two degrees of the angle between their " +
          "embeddings; the mean of a row's seeds.",
        alt: `Histograms of the angles of pairs. Mean angle of positive and negative pairs in degrees: ${
          means.join("; ")
        }.`,
        spec: {
          $schema: VEGA_LITE_SCHEMA,
          data: { values },
          columns: rows.length <= 4 ? 2 : 4,
          facet: { field: "row", type: "nominal", title: null, sort: bars.map(({ row }) => row) },
          spec: {
            width: rows.length <= 4 ? 260 : 150,
            height: rows.length <= 4 ? 150 : 90,
            ...histogram("kind", ["positive pairs", "negative pairs"], {
              title: "angle (degrees)",
              scale: { domain: [0, Math.max(...values.map(({ x }) => x))], nice: true },
            }, "share of the pairs"),
          },
        },
      };
    });
  },
};

/** Width of a bar of θ_y, in degrees; records have one bin a degree. */
const BAR = 3;

/** Shares of the samples in each bar. */
function barsOf({ bins, samples }: RecordedWindow): Point[] {
  return Array.from({ length: Math.ceil(bins.length / BAR) }, (_, bar) => {
    const count = bins.slice(bar * BAR, (bar + 1) * BAR).reduce((sum, one) => sum + one, 0);
    return [(bar + 0.5) * BAR, count / samples] as const;
  }).filter(([, share]) => share > 0);
}

const WINDOWS = ["start", "middle", "end"] as const;

/** Figure `target-angles`. */
export const targetAngles: FigurePlugin = {
  name: "target-angles",
  summary: "Histograms of θ_y at the start, in the middle and at the end of training (ArcFace, Figure 4a).",
  draw({ exhibit }) {
    const rows = exhibit.rows.flatMap((row) => {
      const windows = exhibit.records.filter((record) => record.row === row)
        .flatMap(({ diagnostics }) => diagnostics.targetAngles ?? []);
      return windows.length > 0 ? [{ row: plainLabel(row), windows }] : [];
    });
    if (rows.length === 0) {
      throw new MissingFigureData(
        "no run recorded the angles of its samples to their class; heads with one weight a class do, such as arcface",
      );
    }
    const bars = rows.flatMap(({ row, windows }) =>
      WINDOWS.map((window) => {
        const histograms = windows.filter((one) => one.window === window && one.samples > 0).map(barsOf);
        return { row, window, points: meanBars(histograms) };
      })
    );
    const values = bars.flatMap(({ row, window, points }) => points.map(([x, y]) => ({ row, window, x, y })));
    const means = rows.map(({ row }) =>
      `${row} ${bars.filter((one) => one.row === row).map(({ points }) => centre(points)).join(", ")}`
    );
    return [{
      name: "target-angles",
      title: "Angle to the own class's weight during training",
      caption:
        "Share of the samples in each bar of three degrees of θ_y, the angle to the weight of their own class, over the first " +
        "steps, some in the middle, and the last; the mean of a row's seeds.",
      alt: `Histograms of θ_y. Mean angle in degrees at the start, in the middle and at the end: ${means.join("; ")}.`,
      spec: {
        $schema: VEGA_LITE_SCHEMA,
        data: { values },
        columns: rows.length <= 4 ? 2 : 4,
        facet: { field: "row", type: "nominal", title: null, sort: rows.map(({ row }) => row) },
        spec: {
          width: rows.length <= 4 ? 260 : 150,
          height: rows.length <= 4 ? 150 : 90,
          ...histogram("window", WINDOWS, { title: "θ_y (degrees)" }, "share of the samples"),
        },
      },
    }];
  },
};
