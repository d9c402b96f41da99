/**
 * Surfaces as grids of points: head, hair, hat, neck and scarf, each lofted from closed cross-sections.
 *
 * @module
 */
import type { Face } from "./face.ts";
import type { Shell } from "./hairstyle.ts";
import { noise, smooth } from "./maths.ts";
import { frontDepth, jawShift, relief, section } from "./surface.ts";

/** A grid of points, `rows × columns`; the last column closes the ring. */
export interface Mesh {
  readonly rows: number;
  readonly columns: number;
  /** x, y, z of each point. */
  readonly points: Float32Array;
  /** Where a point is for the paint: x (or angle) and y of the neutral face. */
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** Above 0 where there is surface; the edge is where it crosses 0. */
  readonly cover: Float32Array;
  /** Head only: how far below the edge of the hair a point is. */
  readonly below: Float32Array;
  /** How ragged the edge is. */
  readonly ragged: number;
  /** Whether the inside shows too. */
  readonly hollow: boolean;
}

/** How finely a surface is cut: rows from top to bottom, and the angles of a ring with sine and depth of each. */
interface Cut {
  readonly rows: number;
  readonly angles: readonly number[];
  /** x of a unit cross-section, and depth, front positive. */
  readonly sine: Float64Array;
  readonly depth: Float64Array;
}

function cut(rows: number, half: readonly number[]): Cut {
  const angles = [...half.slice(1).reverse().map((a) => -a), ...half].map((a) => a * Math.PI / 180);
  const depth = angles.map((a) => Math.abs(a) < Math.PI / 2 ? frontDepth(Math.sin(a)) : Math.cos(a));
  return { rows, angles, sine: Float64Array.from(angles, Math.sin), depth: Float64Array.from(depth) };
}

function even(rows: number, steps: number): Cut {
  return cut(rows, Array.from({ length: steps + 1 }, (_, j) => 180 * j / steps));
}

/** Angles from the middle of the face to the back, dense where the nose and the ears are. */
const FINE_HALF = [0, 3, 6, 9, 12.5, 16.5, 21, 26, 32, 39, 47, 55, 63, 71, 79, 86, 92, 98, 106, 118, 135, 158, 180];
const COARSE_HALF = [0, 4, 8.5, 14, 21, 29, 39, 51, 64, 76, 86, 93, 99, 107, 135, 180];
const CUTS = {
  fine: { head: cut(42, FINE_HALF), shell: even(26, 16), neck: even(12, 16) },
  coarse: { head: cut(27, COARSE_HALF), shell: even(16, 12), neck: even(8, 8) },
} as const;

/** Fineness of the meshes: `coarse` is enough for images below 56 pixels. */
export type Detail = keyof typeof CUTS;

function emptyMesh(rows: number, columns: number, ragged: number, hollow: boolean): Mesh {
  const n = rows * columns;
  const [points, u, v, cover, below] = [3 * n, n, n, n, n].map((length) => new Float32Array(length));
  return { rows, columns, points: points!, u: u!, v: v!, cover: cover!.fill(1), below: below!, ragged, hollow };
}

/**
 * The head with face and ears. For the paint, `cover` is 2 plus the depth of a unit cross-section: 3 in the middle of
 * the face, 2 at the sides.
 */
export function headMesh(face: Face, detail: Detail): Mesh {
  const { rows, angles, sine, depth } = CUTS[detail].head, mesh = emptyMesh(rows, angles.length, 0, false);
  const { crown, chin } = face.skull, { ears } = face.identity, { hair } = face;
  const edge = angles.map((a) => hair === undefined ? -9 : edgeLevel(hair, a));
  for (let i = 0, k = 0; i < rows; i++) {
    const t = i / (rows - 1), plain = 2 * t - 1, dense = Math.sin(Math.PI * (t - 0.5));
    const y = (crown + chin) / 2 + (chin - crown) / 2 * 0.9995 * (0.45 * plain + 0.55 * dense);
    const { width, front, back } = section(face, y), shift = jawShift(face, y);
    const lobe = Math.max(0, 1 - ((y - ears.y) / ears.size) ** 2) ** 0.5;
    for (let j = 0; j < angles.length; j++, k++) {
      const s = sine[j]!, q = depth[j]!, x = width * s;
      const bulge = q > 0 ? smooth(0, 0.3, q) * relief(face, x, y) : 0;
      const ear = q < 0.06 && q > -0.32 ? lobe * ears.out * smooth(0.06, -0.1, q) * smooth(-0.32, -0.2, q) : 0;
      put(mesh, k, x + Math.sign(s) * ear, y + shift, q > 0 ? front * q + bulge : back * q);
      mesh.u[k] = x, mesh.v[k] = y, mesh.cover[k] = 2 + q, mesh.below[k] = y - edge[j]!;
    }
  }
  return mesh;
}

function put(mesh: Mesh, k: number, x: number, y: number, z: number): void {
  mesh.points[3 * k] = x, mesh.points[3 * k + 1] = y, mesh.points[3 * k + 2] = z;
}

/** Level of a shell's edge at an angle round the head, 0 in the middle of the face. */
export function edgeLevel(shell: Shell, angle: number): number {
  const a = Math.abs(angle);
  const front = shell.front + shell.temple * smooth(0.15, 0.8, a) + shell.slant * Math.sin(angle);
  const beside = front + (shell.ear - front) * smooth(shell.opening, shell.opening + 0.3, a);
  return beside + (shell.nape - shell.ear) * smooth(1.75, 2.3, a);
}

/** A shell round the skull: hair or a hat. Below the widest level it hangs straight down. */
export function shellMesh(face: Face, shell: Shell, detail: Detail): Mesh {
  const { rows, angles, sine, depth } = CUTS[detail].shell, mesh = emptyMesh(rows, angles.length, shell.ragged, true);
  const { crown, widest } = face.skull, { grain } = face.identity.skin, top = crown - shell.top;
  const bottom = Math.min(2.2, Math.max(shell.nape, shell.ear, shell.front)) + 0.15;
  const edge = angles.map((a) => edgeLevel(shell, a));
  for (let i = 0, k = 0; i < rows; i++) {
    const t = i / (rows - 1), y = top + (bottom - top) * (0.001 + 0.4 * t * t + 0.599 * t);
    const squeezed = crown + 0.0005 + (y - top) * (widest - crown) / (widest - top);
    const { width, front, back } = section(face, y < widest ? squeezed : Math.min(y, widest + 0.25));
    const thick = shell.side + (shell.top - shell.side) * smooth(widest, crown, y);
    for (let j = 0; j < angles.length; j++, k++) {
      const a = angles[j]!, s = sine[j]!, q = depth[j]!;
      const off = shell.curl > 0 ? thick * (1 + shell.curl * 2.5 * noise(grain + a * 3, grain + y * 5)) : thick;
      put(mesh, k, (width + off) * s, y, q > 0 ? (front + 0.02 + off * 0.6) * q : (back + off) * q);
      mesh.u[k] = a, mesh.v[k] = y, mesh.cover[k] = edge[j]! - y;
    }
  }
  return mesh;
}

/** Neck and shoulders; with a scarf, a wide ring that hides the chin too. `u` is the angle. */
export function neckMesh(face: Face, scarf: boolean, detail: Detail): Mesh {
  const { rows, angles, sine } = CUTS[detail].neck, mesh = emptyMesh(rows, angles.length, 0, false);
  const { width, chin } = face.skull, top = scarf ? chin - 0.28 : 0.5;
  for (let i = 0, k = 0; i < rows; i++) {
    const y = top + (2.6 - top) * i / (rows - 1), slope = Math.max(0, y - chin - 0.25);
    const half = (scarf ? 0.98 : 0.62) * width + 2.4 * slope ** 1.4 + (scarf ? 0.12 * smooth(top, top + 0.2, y) : 0);
    const deep = (scarf ? 0.98 : 0.5) + 0.5 * Math.min(1, slope), middle = scarf ? 0.08 : -0.2;
    for (let j = 0; j < angles.length; j++, k++) {
      const c = Math.cos(angles[j]!);
      put(mesh, k, half * sine[j]!, y + (scarf ? 0.1 * c : 0), middle + deep * c);
      mesh.u[k] = angles[j]!, mesh.v[k] = y;
    }
  }
  return mesh;
}
