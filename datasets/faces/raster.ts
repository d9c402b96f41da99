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
  const placed = place(mesh, view), { columns, rows } = mesh;
  for (let i = 0; i + 1 < rows; i++) {
    for (let j = 0; j + 1 < columns; j++) {
      const a = i * columns + j, b = a + 1, c = a + columns, d = c + 1;
      if (mesh.hollow && Math.max(mesh.cover[a]!, mesh.cover[b]!, mesh.cover[c]!, mesh.cover[d]!) < -0.3) continue;
      triangle(samples, mesh, number, placed, a, b, c);
      triangle(samples, mesh, number, placed, b, d, c);
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

/** Draws one triangle where it is nearest and where its surface is covered. */
function triangle(samples: Samples, mesh: Mesh, number: number, placed: Placed, a: number, b: number, c: number): void {
  const { x, y, world, normal } = placed;
  const ax = x[a]!, ay = y[a]!, bx = x[b]!, by = y[b]!, cx = x[c]!, cy = y[c]!;
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0 || (area < 0 && !mesh.hollow)) return;
  const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx))),
    x1 = Math.min(samples.width - 1, Math.floor(Math.max(ax, bx, cx)));
  const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy))),
    y1 = Math.min(samples.height - 1, Math.floor(Math.max(ay, by, cy)));
  const az = world[3 * a + 2]!, bz = world[3 * b + 2]!, cz = world[3 * c + 2]!, facing = area < 0 ? -1 : 1;
  const slack = -1e-6;
  for (let sy = y0; sy <= y1; sy++) {
    for (let sx = x0; sx <= x1; sx++) {
      const wa = ((bx - sx) * (cy - sy) - (by - sy) * (cx - sx)) / area;
      const wb = ((cx - sx) * (ay - sy) - (cy - sy) * (ax - sx)) / area;
      const wc = 1 - wa - wb;
      if (wa < slack || wb < slack || wc < slack) continue;
      const at = sy * samples.width + sx, depth = wa * az + wb * bz + wc * cz;
      if (depth <= samples.depth[at]!) continue;
      const cover = wa * mesh.cover[a]! + wb * mesh.cover[b]! + wc * mesh.cover[c]!;
      const u = wa * mesh.u[a]! + wb * mesh.u[b]! + wc * mesh.u[c]!;
      const v = wa * mesh.v[a]! + wb * mesh.v[b]! + wc * mesh.v[c]!;
      if (cover + (mesh.ragged > 0 ? mesh.ragged * noise(40 * u, 2 * v) : 0) <= 0) continue;
      samples.depth[at] = depth;
      samples.mesh[at] = number;
      samples.u[at] = u, samples.v[at] = v, samples.cover[at] = cover;
      const n = 3 * at;
      for (let k = 0; k < 3; k++) {
        samples.normal[n + k] = facing * (wa * normal[3 * a + k]! + wb * normal[3 * b + k]! + wc * normal[3 * c + k]!);
      }
    }
  }
}
