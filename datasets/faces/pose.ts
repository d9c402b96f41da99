/**
 * From the head to the crop: rotation, perspective, and alignment on five landmarks as insightface does it.
 *
 * @module
 */
import { similarityOf } from "../alignment/similarity.ts";
import { TEMPLATE_112 } from "../alignment/template.ts";
import type { Conditions } from "./conditions.ts";

/** Distance of the camera from the middle of the head, in head units. */
const CAMERA = 9;

/** A rotation matrix by rows. */
export type Rotation = readonly number[];

/** A similarity of the plane: `x' = a x − b y + x0`, `y' = b x + a y + y0`. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
}

/** The rotation of a head: yaw about y, then pitch about x, then roll about z; a share of 1 is the whole turn. */
export function rotation(pose: { yaw: number; pitch: number; roll: number }, share = 1): Rotation {
  const cy = Math.cos(share * pose.yaw), sy = Math.sin(share * pose.yaw);
  const cp = Math.cos(share * pose.pitch), sp = Math.sin(share * pose.pitch);
  const cr = Math.cos(pose.roll), sr = Math.sin(pose.roll);
  // rows of Rx·Ry
  const x = [cy, 0, sy], y = [-sp * sy, cp, sp * cy], z = [-cp * sy, -sp, cp * cy];
  return [
    ...x.map((value, i) => cr * value - sr * y[i]!),
    ...x.map((value, i) => sr * value + cr * y[i]!),
    ...z,
  ];
}

/** Perspective at depth `z` of the turned head: what to multiply x and y by. */
export function perspective(z: number): number {
  return CAMERA / (CAMERA - z);
}

/** Turns points (x, y, z after one another) and projects them to the plane (x, y after one another), in head units. */
export function project(points: ArrayLike<number>, turn: Rotation): Float64Array {
  const flat = new Float64Array(points.length / 3 * 2);
  for (let i = 0, j = 0; i < points.length; i += 3, j += 2) {
    const x = points[i]!, y = points[i + 1]!, z = points[i + 2]!;
    const scale = perspective(turn[6]! * x + turn[7]! * y + turn[8]! * z);
    flat[j] = scale * (turn[0]! * x + turn[1]! * y + turn[2]! * z);
    flat[j + 1] = scale * (turn[3]! * x + turn[4]! * y + turn[5]! * z);
  }
  return flat;
}

/**
 * The template for a crop of another size: scaled by `height / 112` and centred, so that 112×96 gives the template
 * of 96 pixels width.
 */
export function template(height: number, width: number): Float64Array {
  const scale = height / 112, shift = (width - height) / 2;
  return Float64Array.from(TEMPLATE_112, (value, i) => value * scale + (i % 2 === 0 ? shift : 0));
}

/**
 * The similarity that takes `from` nearest to `to` in least squares (S. Umeyama, PAMI 1991, without reflection).
 *
 * @param from Points as x, y after one another.
 * @param to As many points.
 */
export function fitSimilarity(from: ArrayLike<number>, to: ArrayLike<number>): Similarity {
  const [a, , x, b, , y] = similarityOf(from, to);
  return { a, b, x, y };
}

/** The crop's similarity with the alignment error of the conditions: turned and scaled about its middle, shifted. */
export function misalign(
  crop: Similarity,
  error: Conditions["crop"],
  size: { height: number; width: number },
): Similarity {
  const c = error.scale * Math.cos(error.angle), s = error.scale * Math.sin(error.angle);
  const mx = (size.width - 1) / 2, my = (size.height - 1) / 2, unit = size.height / 112;
  return {
    a: c * crop.a - s * crop.b,
    b: s * crop.a + c * crop.b,
    x: c * (crop.x - mx) - s * (crop.y - my) + mx + error.x * unit,
    y: s * (crop.x - mx) + c * (crop.y - my) + my + error.y * unit,
  };
}

/** Applies a similarity to points, x, y after one another. */
export function applySimilarity(crop: Similarity, points: ArrayLike<number>): Float32Array {
  const out = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    out[i] = crop.a * points[i]! - crop.b * points[i + 1]! + crop.x;
    out[i + 1] = crop.b * points[i]! + crop.a * points[i + 1]! + crop.y;
  }
  return out;
}
