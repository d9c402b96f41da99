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
  /** How ragged the edge is. */
  readonly ragged: number;
  /** Whether the inside shows too. */
  readonly hollow: boolean;
}

/** Half a ring of angles in degrees, dense in the middle of the face where the nose is. */
const HALF = [0, 3, 6, 9, 12.5, 16.5, 21, 26, 32, 39, 47, 55, 63, 71, 79, 86, 92, 98, 106, 118, 135, 158, 180];
const RING: readonly number[] = [...HALF.slice(1).reverse().map((a) => -a), ...HALF].map((a) => a * Math.PI / 180);
const COARSE: readonly number[] = Array.from({ length: 33 }, (_, j) => Math.PI * (j / 16 - 1));
/** Per column of the head: x of a unit cross-section, and depth, front positive. */
const SINE = Float64Array.from(RING, Math.sin);
const DEPTH = Float64Array.from(RING, (a) => Math.abs(a) < Math.PI / 2 ? frontDepth(Math.sin(a)) : Math.cos(a));

function emptyMesh(rows: number, columns: number, ragged: number, hollow: boolean): Mesh {
  const n = rows * columns;
  const [points, u, v, cover] = [3 * n, n, n, n].map((length) => new Float32Array(length));
  return { rows, columns, points: points!, u: u!, v: v!, cover: cover!.fill(1), ragged, hollow };
}

/** The head with face and ears. For the paint, `cover` is 2 plus the depth of a unit cross-section: 3 in the middle of the face, 2 at the sides. */
export function headMesh(face: Face, rows = 42): Mesh {
  const mesh = emptyMesh(rows, RING.length, 0, false), { crown, chin } = face.skull, { ears } = face.identity;
  for (let i = 0, k = 0; i < rows; i++) {
    const t = i / (rows - 1), even = 2 * t - 1, dense = Math.sin(Math.PI * (t - 0.5));
    const y = (crown + chin) / 2 + (chin - crown) / 2 * 0.9995 * (0.45 * even + 0.55 * dense);
    const { width, front, back } = section(face, y), shift = jawShift(face, y);
    const lobe = Math.max(0, 1 - ((y - ears.y) / ears.size) ** 2) ** 0.5;
    for (let j = 0; j < RING.length; j++, k++) {
      const s = SINE[j]!, q = DEPTH[j]!;
      const x = width * s;
      const bulge = q > 0 ? smooth(0, 0.3, q) * relief(face, x, y) : 0;
      const ear = q < 0.06 && q > -0.32 ? lobe * ears.out * smooth(0.06, -0.1, q) * smooth(-0.32, -0.2, q) : 0;
      mesh.points[3 * k] = x + (ear > 0 ? Math.sign(s) * ear : 0);
      mesh.points[3 * k + 1] = y + shift;
      mesh.points[3 * k + 2] = q > 0 ? front * q + bulge : back * q;
      mesh.u[k] = x;
      mesh.v[k] = y;
      mesh.cover[k] = 2 + q;
    }
  }
  return mesh;
}

/** Level of a shell's edge at an angle round the head, 0 in the middle of the face. */
export function edgeLevel(shell: Shell, angle: number): number {
  const a = Math.abs(angle);
  const front = shell.front + shell.temple * smooth(0.15, 0.8, a) + shell.slant * Math.sin(angle);
  const beside = front + (shell.ear - front) * smooth(shell.opening, shell.opening + 0.3, a);
  return beside + (shell.nape - shell.ear) * smooth(1.75, 2.3, a);
}

/** A shell round the skull: hair or a hat. Below the widest level it hangs straight down. */
export function shellMesh(face: Face, shell: Shell, rows = 26): Mesh {
  const mesh = emptyMesh(rows, COARSE.length, shell.ragged, true), { crown, widest } = face.skull;
  const grain = face.identity.skin.grain, top = crown - shell.top;
  const bottom = Math.min(2.2, Math.max(shell.nape, shell.ear, shell.front)) + 0.15;
  const hang = section(face, widest + 0.25);
  for (let i = 0, k = 0; i < rows; i++) {
    const t = i / (rows - 1), y = top + (bottom - top) * (0.001 + 0.4 * t * t + 0.599 * t);
    const skull = section(face, Math.max(crown + 0.0005, crown + (y - top) * (widest - crown) / (widest - top)));
    const bare = y < widest ? skull : section(face, Math.min(y, widest + 0.25));
    const base = y < widest + 0.25 ? bare : hang;
    for (let j = 0; j < COARSE.length; j++, k++) {
      const a = COARSE[j]!, s = Math.sin(a), c = Math.cos(a);
      const curl = 1 + shell.curl * 2.5 * noise(grain + a * 3, grain + y * 5);
      const high = smooth(widest, crown, y);
      const off = (shell.side + (shell.top - shell.side) * high) * curl;
      mesh.points[3 * k] = (base.width + off) * s;
      mesh.points[3 * k + 1] = y;
      mesh.points[3 * k + 2] = c > 0 ? (base.front + 0.02 + off * 0.6) * frontDepth(s) : (base.back + off) * c;
      mesh.u[k] = a;
      mesh.v[k] = y;
      mesh.cover[k] = edgeLevel(shell, a) - y;
    }
  }
  return mesh;
}

/** Neck and shoulders; with a scarf, a wide ring that hides the chin too. `u` is the angle. */
export function neckMesh(face: Face, scarf: boolean): Mesh {
  const rows = 12, mesh = emptyMesh(rows, COARSE.length, 0, false), { width, chin } = face.skull;
  const top = scarf ? chin - 0.28 : 0.5;
  for (let i = 0, k = 0; i < rows; i++) {
    const y = top + (2.6 - top) * i / (rows - 1), slope = Math.max(0, y - chin - 0.25);
    const half = (scarf ? 0.98 : 0.62) * width + 2.4 * slope ** 1.4 + (scarf ? 0.12 * smooth(top, top + 0.2, y) : 0);
    const deep = (scarf ? 0.98 : 0.5) + 0.5 * Math.min(1, slope), middle = scarf ? 0.08 : -0.2;
    for (let j = 0; j < COARSE.length; j++, k++) {
      const a = COARSE[j]!, dip = scarf ? 0.1 * Math.cos(a) : 0;
      mesh.points[3 * k] = half * Math.sin(a);
      mesh.points[3 * k + 1] = y + dip;
      mesh.points[3 * k + 2] = middle + deep * Math.cos(a);
      mesh.u[k] = a;
      mesh.v[k] = y;
    }
  }
  return mesh;
}
