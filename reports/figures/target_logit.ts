/**
 * What margin heads ask for: target-logit curves and decision boundaries, as recorded by the runs.
 *
 * Source: J. Deng et al., "ArcFace", Figures 4(b) and 5, https://arxiv.org/abs/1801.07698.
 *
 * @module
 */
import type { TargetLogitCurve } from "../../losses/mod.ts";
import type { Exhibit } from "../exhibit.ts";
import { type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { short } from "./numbers.ts";
import { plainLabel, rowLines, rowLooks } from "./rows.ts";

/** The curve of one head, with the rows that have it. */
interface HeadCurve {
  readonly rows: string[];
  readonly curve: TargetLogitCurve;
}

/** The curves that differ, in the order of the rows; a row's first run tells. */
function headCurves(exhibit: Exhibit): HeadCurve[] {
  const found = new Map<string, HeadCurve>();
  for (const row of exhibit.rows) {
    const curve = exhibit.records.find((record) => record.row === row && record.diagnostics.targetLogit)
      ?.diagnostics.targetLogit;
    if (!curve) continue;
    const key = JSON.stringify(curve);
    found.set(key, { rows: [...found.get(key)?.rows ?? [], row], curve });
  }
  if (found.size > 0) return [...found.values()];
  throw new MissingFigureData(
    "no run recorded a target-logit curve; only heads with a margin on the target cosine have one, such as arcface",
  );
}

/** Which rows share a curve, for the caption. */
function sharing(curves: readonly HeadCurve[]): string {
  const shared = curves.filter(({ rows }) => rows.length > 1)
    .map(({ rows: [first, ...others] }) => `${plainLabel(first!)} stands for ${others.map(plainLabel).join(", ")} too`);
  return shared.length > 0 ? ` ${shared.join("; ")}.` : "";
}

/** Figure `target-logit`. */
export const targetLogit: FigurePlugin = {
  name: "target-logit",
  summary: "Target logit of unit scale over the angle to the own class's weight (ArcFace, Figure 4b).",
  draw({ exhibit }) {
    const curves = headCurves(exhibit), looks = rowLooks(exhibit, curves.map(({ rows }) => rows[0]!));
    const values = curves.flatMap(({ rows, curve }) =>
      curve.degrees.flatMap((x, i) => {
        const y = curve.values[i];
        return typeof y === "number" ? [{ row: plainLabel(rows[0]!), x, y: short(y) }] : [];
      })
    );
    const at90 = values.filter(({ x }) => x === 90).map(({ row, y }) => `${row} ${y}`);
    return [{
      name: "target-logit",
      title: "Target logit",
      caption:
        "Logit of the own class, divided by the scale, over the angle θ_y to its weight; without a margin it is " +
        `the cosine.${looks.note}${sharing(curves)}`,
      alt: `Target-logit curves over angles from 0 to 180 degrees. At 90 degrees: ${at90.join("; ")}.`,
      spec: {
        $schema: VEGA_LITE_SCHEMA,
        data: { values },
        layer: rowLines(looks, {
          x: {
            field: "x",
            type: "quantitative",
            title: "θ_y (degrees)",
            scale: { domain: [0, 180] },
            axis: { values: [0, 30, 60, 90, 120, 150, 180] },
          },
          y: { field: "y", type: "quantitative", title: "target logit / s" },
        }),
      },
    }];
  },
};

/** Angles of a boundary are drawn up to here: beyond it neither class is near. */
const FARTHEST = 90;

/** Figure `decision-boundary`. */
export const decisionBoundary: FigurePlugin = {
  name: "decision-boundary",
  summary: "Decision boundaries of two classes in the plane of both angles (ArcFace, Figure 5).",
  draw({ exhibit }) {
    const curves = headCurves(exhibit);
    const values = curves.flatMap(({ rows, curve }) => {
      const on = curve.degrees.flatMap((own, i) => {
        const other = Math.acos(curve.values[i] ?? NaN) * 180 / Math.PI;
        return own <= FARTHEST && other <= FARTHEST ? [{ own, other: short(other) }] : [];
      });
      const row = plainLabel(rows[0]!);
      return [
        ...on.map(({ own, other }) => ({ row, class: "class 1", x: own, y: other, order: own })),
        ...on.map(({ own, other }) => ({ row, class: "class 2", x: other, y: own, order: own })),
      ];
    });
    const gaps = [...Map.groupBy(values.filter((value) => value.class === "class 1"), ({ row }) => row)]
      .map(([row, points]) => `${row} ${short(Math.max(...points.map(({ x, y }) => y - x)))}`);
    const angle = (field: string, title: string) => ({
      field,
      type: "quantitative",
      title,
      scale: { domain: [0, FARTHEST] },
      axis: { values: [0, 30, 60, 90] },
    });
    return [{
      name: "decision-boundary",
      title: "Decision boundaries of two classes",
      caption:
        "Angles θ₁ and θ₂ of a sample to the weights of two classes. Above the line of class 1 a sample of it wins " +
        "with its margin, below that of class 2 one of that; between them lies the margin. Without one both are the " +
        `diagonal.${sharing(curves)}`,
      alt: `Decision boundaries of ${curves.length} ${
        curves.length === 1 ? "head" : "heads"
      }. The widest gap between θ₁ and the boundary's θ₂ in degrees: ${gaps.join("; ")}.`,
      spec: {
        $schema: VEGA_LITE_SCHEMA,
        data: { values },
        columns: 4,
        facet: { field: "row", type: "nominal", title: null, sort: [...new Set(values.map(({ row }) => row))] },
        spec: {
          width: 120,
          height: 120,
          mark: { type: "line" },
          encoding: {
            x: angle("x", "θ₁ (degrees)"),
            y: angle("y", "θ₂ (degrees)"),
            order: { field: "order", type: "quantitative" },
            color: { field: "class", type: "nominal", legend: { title: null, symbolType: "stroke" } },
            strokeDash: { field: "class", type: "nominal", legend: { title: null } },
          },
        },
      },
    }];
  },
};
