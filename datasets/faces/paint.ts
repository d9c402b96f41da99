/**
 * The colour of one sample, and how layers of paint are laid over it.
 *
 * @module
 */
import { clamp, type Colour } from "./maths.ts";

/** Paint at one sample, changed in place: colour in linear light and how much it shines. */
export interface Paint {
  red: number;
  green: number;
  blue: number;
  gloss: number;
}

/** Sets the paint to a colour. */
export function base(paint: Paint, colour: Colour, gloss: number): void {
  paint.red = colour[0], paint.green = colour[1], paint.blue = colour[2], paint.gloss = gloss;
}

/** Lays a colour over the paint; `cover` from 0 to 1. */
export function over(paint: Paint, colour: Colour, cover: number): void {
  if (cover <= 0) return;
  const t = cover > 1 ? 1 : cover;
  paint.red += t * (colour[0] - paint.red);
  paint.green += t * (colour[1] - paint.green);
  paint.blue += t * (colour[2] - paint.blue);
}

/** Darkens the paint, blue most, as shadows on skin are: `amount` 0 leaves it, 1 makes it black. */
export function darken(paint: Paint, amount: number): void {
  if (amount <= 0) return;
  const t = amount > 1 ? 1 : amount;
  paint.red *= 1 - 0.85 * t;
  paint.green *= 1 - t;
  paint.blue *= 1 - t;
}

/** How much of a sample lies inside an edge: `distance` is positive inside, `soft` the width of a sample. */
export function inside(distance: number, soft: number): number {
  return clamp(0.5 + distance / soft, 0, 1);
}

/** How much of a sample a line covers: `distance` from its middle, `half` its half width. */
export function line(distance: number, half: number, soft: number): number {
  const d = Math.abs(distance);
  const cover = clamp((half + soft / 2 - d) / soft, 0, 1);
  // A line thinner than a sample covers a part of it only.
  return 2 * half < soft ? cover * (2 * half / soft) : cover;
}
