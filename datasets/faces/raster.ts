/**
 * Draws meshes into a buffer of surface samples, nearest first.
 *
 * @module
 */
import { noise } from "./maths.ts";
import type { Mesh } from "./mesh.ts";
import { perspective, type Rotation, type Similarity } from "./pose.ts";

/** What is seen at each sample of the crop: which mesh, where on it, and its normal. */
export interface Samples {
  readonly height: number;
  readonly width: number;
  readonly depth: Float32Array;
  /** Number of the mesh, 0 where nothing is. */
  readonly mesh: Uint8Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  readonly cover: Float32Array;
  readonly below: Float32Array;
  /** Unit normal towards the viewer: x, y, z after one another. */
  readonly normal: Float32Array;
}

/** An empty buffer of samples. */
export function createSamples(height: number, width: number): Samples {
  const n = height * width;
  return {
    height,
    width,
    depth: new Float32Array(n).fill(-1e9),
    mesh: new Uint8Array(n),
    u: new Float32Array(n),
    v: new Float32Array(n),
    cover: new Float32Array(n),
    below: new Float32Array(n),
    normal: new Float32Array(3 * n),
  };
}

/** Points turned (`world`), on the sample grid (`x`, `y`), and with unit normals. */
interface Placed {
  readonly world: Float32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly normal: Float32Array;
}

/**
 * Draws a mesh over what is there.
 *
 * @param samples Changed in place.
 * @param mesh The mesh, and the number that marks its samples.
 * @param number Mark of the mesh, from 1.
 * @param view How the head is turned, the crop, and samples per pixel along one axis.
 */
export function drawMesh(
  samples: Samples,
  mesh: Mesh,
  number: number,
  view: { turn: Rotation; crop: Similarity; oversample: number },
): void {
  const draw = { samples, mesh, number, placed: place(mesh, view) }, { columns, rows } = mesh;
  for (let i = 0; i + 1 < rows; i++) {
    for (let j = 0; j + 1 < columns; j++) {
      const a = i * columns + j, b = a + 1, c = a + columns, d = c + 1;
      if (mesh.hollow && Math.max(mesh.cover[a]!, mesh.cover[b]!, mesh.cover[c]!, mesh.cover[d]!) < -0.3) continue;
      triangle(draw, a, b, c);
      triangle(draw, b, d, c);
    }
  }
}

function place(mesh: Mesh, view: { turn: Rotation; crop: Similarity; oversample: number }): Placed {
  const { turn, crop, oversample } = view, { points, rows, columns } = mesh, n = rows * columns;
  const world = new Float32Array(3 * n), x = new Float32Array(n), y = new Float32Array(n);
  for (let k = 0; k < n; k++) {
    const px = points[3 * k]!, py = points[3 * k + 1]!, pz = points[3 * k + 2]!;
    const wx = turn[0]! * px + turn[1]! * py + turn[2]! * pz;
    const wy = turn[3]! * px + turn[4]! * py + turn[5]! * pz;
    const wz = turn[6]! * px + turn[7]! * py + turn[8]! * pz;
    const scale = perspective(wz);
    world[3 * k] = wx, world[3 * k + 1] = wy, world[3 * k + 2] = wz;
    x[k] = (scale * (crop.a * wx - crop.b * wy) + crop.x + 0.5) * oversample - 0.5;
    y[k] = (scale * (crop.b * wx + crop.a * wy) + crop.y + 0.5) * oversample - 0.5;
  }
  return { world, x, y, normal: normals(world, rows, columns) };
}

/** Unit normals by central differences over the grid; the ring of columns is closed. */
function normals(world: Float32Array, rows: number, columns: number): Float32Array {
  const normal = new Float32Array(world.length);
  for (let i = 0; i < rows; i++) {
    const up = Math.max(0, i - 1) * columns, down = Math.min(rows - 1, i + 1) * columns;
    for (let j = 0; j < columns; j++) {
      const left = i * columns + (j > 0 ? j - 1 : columns - 2), right = i * columns + (j + 1 < columns ? j + 1 : 1);
      const a = 3 * left, b = 3 * right, c = 3 * (up + j), d = 3 * (down + j), k = 3 * (i * columns + j);
      const ax = world[b]! - world[a]!, ay = world[b + 1]! - world[a + 1]!, az = world[b + 2]! - world[a + 2]!;
      const bx = world[d]! - world[c]!, by = world[d + 1]! - world[c + 1]!, bz = world[d + 2]! - world[c + 2]!;
      const nx = ay * bz - az * by, ny = az * bx - ax * bz, nz = ax * by - ay * bx;
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
      normal[k] = nx / length, normal[k + 1] = ny / length, normal[k + 2] = nz / length;
    }
  }
  return normal;
}

/** A mesh on its way into the samples. */
interface Drawing {
  readonly samples: Samples;
  readonly mesh: Mesh;
  readonly number: number;
  readonly placed: Placed;
}

/** A point of a triangle: its corners and their weights, which add to 1. */
interface Point {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  wa: number;
  wb: number;
  wc: number;
}

/** Draws one triangle where it is nearest and where its surface is covered. */
function triangle(drawing: Drawing, a: number, b: number, c: number): void {
  const { mesh, placed: { x, y, world }, samples: { width, height, depth } } = drawing;
  const ax = x[a]!, ay = y[a]!, bx = x[b]!, by = y[b]!, cx = x[c]!, cy = y[c]!;
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0 || (area < 0 && !mesh.hollow)) return;
  const x0 = Math.max(0, Math.ceil(ax < bx ? (ax < cx ? ax : cx) : bx < cx ? bx : cx));
  const x1 = Math.min(width - 1, Math.floor(ax > bx ? (ax > cx ? ax : cx) : bx > cx ? bx : cx));
  const y0 = Math.max(0, Math.ceil(ay < by ? (ay < cy ? ay : cy) : by < cy ? by : cy));
  const y1 = Math.min(height - 1, Math.floor(ay > by ? (ay > cy ? ay : cy) : by > cy ? by : cy));
  if (x0 > x1 || y0 > y1) return;
  const az = world[3 * a + 2]!, bz = world[3 * b + 2]!, cz = world[3 * c + 2]!, slack = -1e-6;
  const point: Point = { a, b, c, wa: 0, wb: 0, wc: 0 };
  // Barycentric weights are affine in x and y.
  const stepA = (by - cy) / area, stepB = (cy - ay) / area;
  for (let sy = y0; sy <= y1; sy++) {
    let wa = ((bx - x0) * (cy - sy) - (by - sy) * (cx - x0)) / area;
    let wb = ((cx - x0) * (ay - sy) - (cy - sy) * (ax - x0)) / area;
    for (let at = sy * width + x0, end = sy * width + x1; at <= end; at++, wa += stepA, wb += stepB) {
      const wc = 1 - wa - wb;
      if (wa < slack || wb < slack || wc < slack) continue;
      const near = wa * az + wb * bz + wc * cz;
      if (near <= depth[at]!) continue;
      point.wa = wa, point.wb = wb, point.wc = wc;
      if (record(drawing, point, at, area < 0 ? -1 : 1)) depth[at] = near;
    }
  }
}

/** Notes a point of a triangle at a sample; `false` where the surface ends before it. */
function record(drawing: Drawing, point: Point, at: number, facing: number): boolean {
  const { samples, mesh, number, placed: { normal } } = drawing, { a, b, c, wa, wb, wc } = point, { ragged } = mesh;
  const u = wa * mesh.u[a]! + wb * mesh.u[b]! + wc * mesh.u[c]!;
  const v = wa * mesh.v[a]! + wb * mesh.v[b]! + wc * mesh.v[c]!;
  const cover = wa * mesh.cover[a]! + wb * mesh.cover[b]! + wc * mesh.cover[c]!;
  if (cover <= ragged && cover + (ragged > 0 ? ragged * noise(40 * u, 2 * v) : 0) <= 0) return false;
  samples.mesh[at] = number;
  samples.u[at] = u, samples.v[at] = v, samples.cover[at] = cover;
  samples.below[at] = wa * mesh.below[a]! + wb * mesh.below[b]! + wc * mesh.below[c]!;
  for (let k = 0, to = 3 * at; k < 3; k++, to++) {
    samples.normal[to] = facing * (wa * normal[3 * a + k]! + wb * normal[3 * b + k]! + wc * normal[3 * c + k]!);
  }
  return true;
}
