/**
 * Operating characteristics: ROC, DET and CMC.
 *
 * @module
 */
import type { Exhibit } from "../exhibit.ts";
import { curvesOf, type RunCurve } from "./curves.ts";
import { type ExhibitFigure, type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { meanLine } from "./numbers.ts";
import { plainLabel, rowLines, rowLooks } from "./rows.ts";

/** What one kind of curve is called, and how its axes lie. */
interface Kind {
  readonly curve: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Axes in the logarithm, on which a rate of 0 has no place. */
  readonly log: readonly ("x" | "y")[];
  readonly caption: string;
  readonly interpolate: string;
}

const ROC: Kind = {
  curve: "roc",
  title: "Receiver operating characteristic",
  x: "false accept rate (FAR)",
  y: "true accept rate (TAR)",
  log: ["x"],
  caption: "True accept rate at each false accept rate, the latter in the logarithm",
  interpolate: "step-after",
};

const DET: Kind = {
  curve: "det",
  title: "Detection error trade-off",
  x: "false accept rate (FAR)",
  y: "false reject rate (FRR)",
  log: ["x", "y"],
  caption: "False reject rate at each false accept rate, both in the logarithm",
  interpolate: "step-after",
};

const CMC: Kind = {
  curve: "cmc",
  title: "Cumulative match characteristic",
  x: "rank",
  y: "identification rate",
  log: [],
  caption: "Share of the probes whose mate is among the first gallery entries",
  interpolate: "linear",
};

/** Ticks of a logarithmic axis. */
const POWERS = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8];

/** Figure `roc`. */
export const roc: FigurePlugin = {
  name: "roc",
  summary:
    "Receiver operating characteristic of each evaluation of pairs, over the logarithm of the false accept rate.",
  draw: ({ exhibit }) => drawAll(exhibit, ROC),
};

/** Figure `det`. */
export const det: FigurePlugin = {
  name: "det",
  summary: "Detection error trade-off of each evaluation of pairs, both rates in the logarithm.",
  draw: ({ exhibit }) => drawAll(exhibit, DET),
};

/** Figure `cmc`. */
export const cmc: FigurePlugin = {
  name: "cmc",
  summary: "Cumulative match characteristic of each evaluation by identification.",
  draw: ({ exhibit }) => drawAll(exhibit, CMC),
};

function drawAll(exhibit: Exhibit, kind: Kind): ExhibitFigure[] {
  const all = curvesOf(exhibit, kind.curve);
  if (all.size === 0) {
    const wanted = kind === CMC
      ? "evaluate with a protocol that identifies, such as identification or omniglot-one-shot"
      : "evaluate with a protocol of pairs, such as verification, and keep its pairs (collate writes them)";
    throw new MissingFigureData(`no completed run has a curve "${kind.curve}"; ${wanted}`);
  }
  return [...all].map(([evaluation, curves]) => draw(exhibit, kind, { evaluation, curves }));
}

function draw(
  exhibit: Exhibit,
  { curve, title, x, y, log, caption, interpolate }: Kind,
  { evaluation, curves }: { readonly evaluation: string; readonly curves: readonly RunCurve[] },
): ExhibitFigure {
  const byRow = Map.groupBy(curves, ({ row }) => row);
  const rows = exhibit.rows.filter((row) => byRow.has(row)), looks = rowLooks(exhibit, rows);
  const drawn = (value: number, axis: "x" | "y") => !log.includes(axis) || value > 0;
  const values = rows.flatMap((row) =>
    meanLine(byRow.get(row)!.map(({ curve }) => curve.points))
      .filter((point) => drawn(point.x, "x") && drawn(point.y, "y") && drawn(point.low, "y"))
      .map((point) => ({ row: plainLabel(row), ...point }))
  );
  const seeds = Math.max(...[...byRow.values()].map(({ length }) => length));
  const channel = (axis: "x" | "y", name: string) => ({
    field: axis,
    type: "quantitative",
    title: name,
    scale: log.includes(axis) ? { type: "log", nice: false } : { zero: false },
    ...log.includes(axis) ? { axis: { format: "~e", values: POWERS } } : {},
  });
  const over = seeds > 1 ? `, the mean of up to ${seeds} seeds with their range (vertical averaging)` : "";
  const least = values.reduce((min, point) => Math.min(min, point.x), Infinity);
  return {
    name: `${curve}-${evaluation}`,
    title: `${title}, ${evaluation}`,
    caption: `${caption}${over}.${looks.note}`,
    alt: `${title} of ${evaluation}. ${y} at the least ${x} drawn, ${least}: ${
      looks.named.map((row) => `${row} ${values.find((point) => point.row === row)?.y ?? "none"}`).join("; ")
    }.`,
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      data: { values },
      layer: rowLines(looks, { x: channel("x", x), y: channel("y", y), band: seeds > 1, interpolate }),
    },
  };
}
