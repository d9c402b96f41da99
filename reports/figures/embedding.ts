/**
 * Two-dimensional embeddings of training images, with the directions of their classes.
 *
 * Source: J. Deng et al., "ArcFace", Figure 3, https://arxiv.org/abs/1801.07698.
 *
 * @module
 */
import type { Plane, PlanePoint } from "../../experiments/plane.ts";
import { type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { plainLabel } from "./rows.ts";
import { SHAPES } from "./theme.ts";

/** Points of a panel at most; more hide each other. */
const MOST = 500;

/** Share of the points that lie within the circle of the directions. */
const INSIDE = 0.98;

/** Figure `embedding`. */
export const embedding: FigurePlugin = {
  name: "embedding",
  summary: "Two-dimensional embeddings of training images with the directions of their classes (ArcFace, Figure 3).",
  async draw({ exhibit }) {
    const panels: { row: string; seed: number; plane: Plane }[] = [];
    for (const row of exhibit.rows) {
      for (const { id, seed } of exhibit.records.filter((record) => record.row === row)) {
        const plane = await exhibit.plane?.(id);
        if (!plane || panels.some((panel) => panel.row === row)) continue;
        panels.push({ row, seed, plane });
      }
    }
    if (panels.length === 0) {
      throw new MissingFigureData(
        "no run has stored embeddings of two dimensions (plane.json); train a backbone with embedding: 2",
      );
    }
    const names = [...new Set(panels.flatMap(({ plane }) => plane.classes.map((_, i) => `${i}`)))];
    const values = panels.flatMap(({ row, plane }) =>
      placesOf(plane).map((place) => ({ row: plainLabel(row), ...place }))
    );
    const lines = panels.flatMap(({ row, plane }) =>
      directionsOf(plane).map((line) => ({ row: plainLabel(row), ...line }))
    );
    const spreads = panels.map(({ row, plane }) => `${plainLabel(row)} ${meanSpread(plane).toPrecision(3)}`);
    const seeds = [...new Set(panels.map(({ seed }) => seed))];
    return [{
      name: "embedding",
      title: "Embeddings in the plane",
      caption:
        `Embeddings of up to ${MOST} training images of the first seed of each row (${
          seeds.join(", ")
        }), a colour and symbol a class, ` +
        `scaled so that ${
          INSIDE * 100
        } % lie within the circle; lines are the directions of the classes' weights, or of ` +
        "their means where a head has none.",
      alt:
        `Points in the plane, in clusters along the directions of ${names.length} classes. Mean angle of points to the ` +
        `direction of their class, in degrees: ${spreads.join("; ")}.`,
      spec: {
        $schema: VEGA_LITE_SCHEMA,
        data: { values: [...lines, ...values] },
        columns: panels.length <= 4 ? 2 : 4,
        facet: { field: "row", type: "nominal", title: null, sort: panels.map(({ row }) => plainLabel(row)) },
        spec: panel(names, panels.length <= 4 ? 260 : 150),
      },
    }];
  },
};

function panel(names: readonly string[], size: number) {
  const axis = (field: string) => ({
    field,
    type: "quantitative",
    axis: null,
    scale: { domain: [-1.15, 1.15], nice: false, zero: false },
  });
  const of = { field: "of", type: "nominal", legend: null };
  const x = axis("x"), y = axis("y");
  return {
    width: size,
    height: size,
    layer: [
      {
        transform: [{ filter: { field: "kind", equal: "direction" } }],
        mark: { type: "rule", strokeWidth: 1 },
        encoding: { x: axis("fromX"), y: axis("fromY"), x2: { field: "x" }, y2: { field: "y" } },
      },
      {
        transform: [{ filter: { field: "kind", equal: "point" } }],
        mark: { type: "point", size: 14, clip: true, opacity: 0.7, aria: false },
        encoding: {
          x,
          y,
          color: { ...of, scale: { domain: names } },
          shape: { ...of, scale: { domain: names, range: names.map((_, i) => shapeOf(i)) } },
        },
      },
      {
        transform: [{ filter: { field: "kind", equal: "direction" } }],
        mark: { type: "text" },
        encoding: { x: axis("labelX"), y: axis("labelY"), text: { field: "of" } },
      },
    ],
  };
}

/** A symbol for a class, so that classes of one colour have other ones. */
function shapeOf(index: number): string {
  const { length } = SHAPES;
  return SHAPES[(index + Math.floor(index / length)) % length]!;
}

/** Points in units of the radius within which most of them lie. */
function placesOf({ points, labels }: Plane) {
  const scale = radiusOf(points), count = Math.min(points.length, MOST);
  return Array.from({ length: count }, (_, i) => {
    const place = Math.floor(i * points.length / count), [x, y] = points[place]!;
    return { kind: "point", of: `${labels[place]}`, x: digits(x / scale), y: digits(y / scale) };
  });
}

function radiusOf(points: readonly PlanePoint[]): number {
  const lengths = points.map(([x, y]) => Math.hypot(x, y)).sort((a, b) => a - b);
  return lengths[Math.ceil(INSIDE * lengths.length) - 1] || 1;
}

/** Lines from the centre to the unit circle. */
function directionsOf(plane: Plane) {
  return unitDirections(plane).map(({ of, x, y }) => ({
    ...{ kind: "direction", of: `${of}`, fromX: 0, fromY: 0, x: digits(x), y: digits(y) },
    ...{ labelX: digits(1.08 * x), labelY: digits(1.08 * y) },
  }));
}

/** Where each class lies: its weights, of which a class may have several, or the mean of its unit embeddings. */
export function unitDirections({ classes, labels, points, weights }: Plane): { of: number; x: number; y: number }[] {
  const perClass = weights.length / classes.length;
  const given = weights.length > 0
    ? weights.map(([x, y], i) => ({ of: Math.floor(i / perClass), x, y }))
    : classes.map((_, of) => {
      const own = points.filter((_, i) => labels[i] === of).map(([x, y]) => [x, y, Math.hypot(x, y) || 1] as const);
      return {
        of,
        x: own.reduce((sum, [x, , length]) => sum + x / length, 0),
        y: own.reduce((sum, [, y, length]) => sum + y / length, 0),
      };
    });
  return given.flatMap(({ of, x, y }) => {
    const length = Math.hypot(x, y);
    return length > 0 ? [{ of, x: x / length, y: y / length }] : [];
  });
}

/** Mean angle of points to the nearest direction of their class, in degrees. */
function meanSpread(plane: Plane): number {
  const directions = Map.groupBy(unitDirections(plane), ({ of }) => of);
  const angles = plane.points.flatMap(([x, y], i) => {
    const length = Math.hypot(x, y), own = directions.get(plane.labels[i]!);
    if (length === 0 || !own) return [];
    const cosine = Math.max(...own.map((direction) => (x * direction.x + y * direction.y) / length));
    return [Math.acos(Math.min(1, cosine)) * 180 / Math.PI];
  });
  return angles.reduce((sum, angle) => sum + angle, 0) / angles.length;
}

/** A coordinate of a picture some hundred pixels wide. */
function digits(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
