/**
 * The few scalar functions and colours that the drawing of faces shares.
 *
 * @module
 */
import { createRandom } from "../../tensor/random.ts";

/** A colour in linear light, each channel about 0 to 1; a byte of an image is `255 √value`. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The colour of three display bytes. */
export function colour(red: number, green: number, blue: number): Colour {
  return [(red / 255) ** 2, (green / 255) ** 2, (blue / 255) ** 2];
}

/** `a + t (b − a)` by channel. */
export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}

/** `value` held between `low` and `high`. */
export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** The cubic step `3t² − 2t³`, 0 at `low` and below, 1 at `high` and above. */
export function smooth(low: number, high: number, value: number): number {
  const t = clamp((value - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
}

/** The compact bump `(1 − dx² − dy²)²` inside the unit circle, 0 outside. */
export function bump(dx: number, dy: number): number {
  const inside = 1 - dx * dx - dy * dy;
  return inside > 0 ? inside * inside : 0;
}

/** The one-dimensional bump `(1 − d²)²` for `|d| < 1`, 0 elsewhere. */
export function ridge(d: number): number {
  const inside = 1 - d * d;
  return inside > 0 ? inside * inside : 0;
}

const SIDE = 64;
const lattice = Float32Array.from({ length: SIDE * SIDE }, drawLattice());

function drawLattice(): () => number {
  const random = createRandom(0, "faces/lattice");
  return () => 2 * random.uniform() - 1;
}

/** Smooth noise in `[−1, 1]` with period 64: a fixed random lattice, interpolated bilinearly. */
export function noise(x: number, y: number): number {
  const left = Math.floor(x), top = Math.floor(y), fx = x - left, fy = y - top;
  const x0 = left & (SIDE - 1), x1 = (left + 1) & (SIDE - 1);
  const y0 = (top & (SIDE - 1)) * SIDE, y1 = ((top + 1) & (SIDE - 1)) * SIDE;
  const a = lattice[y0 + x0]!, b = lattice[y0 + x1]!, c = lattice[y1 + x0]!, d = lattice[y1 + x1]!;
  const upper = a + fx * (b - a);
  return upper + fy * (c + fx * (d - c) - upper);
}
