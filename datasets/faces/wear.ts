/**
 * Paint of what is worn: glasses, sunglasses and a mask.
 *
 * @module
 */
import type { Face } from "./face.ts";
import { type Colour, smooth } from "./maths.ts";
import { darken, inside, line, over, type Paint } from "./paint.ts";

const TINT: Colour = [0.012, 0.012, 0.014];

/** Paints glasses; sunglasses have larger, dark lenses. */
export function paintGlasses(paint: Paint, face: Face, x: number, y: number, soft: number): void {
  const dark = face.conditions.occluder === "sunglasses";
  if (!dark && !face.conditions.glasses) return;
  const { eyes, glasses } = face.identity, side = Math.abs(x), dx = side - eyes.x - 0.02, dy = y - eyes.y - 0.03;
  if (Math.abs(dy) > 0.4) return;
  const halfWidth = dark ? 0.37 : 0.33, halfHeight = (dark ? 0.25 : 0.2) + 0.07 * glasses.round;
  const power = 2 + 3 * (1 - glasses.round);
  const radius = (Math.abs(dx / halfWidth) ** power + Math.abs(dy / halfHeight) ** power) ** (1 / power);
  const distance = (1 - radius) * halfHeight;
  const frame = dark ? TINT : glasses.frame;
  if (dark) {
    over(paint, TINT, 0.97 * inside(distance, soft));
    over(paint, [0.25, 0.27, 0.3], 0.35 * inside(distance - 0.02, soft) * smooth(0.1, -0.2, dy + 0.6 * dx));
    paint.gloss = distance > 0 ? 0.25 : paint.gloss;
  } else if (distance > 0) over(paint, [0.8, 0.82, 0.85], 0.07);
  else darken(paint, 0.25 * smooth(0.09, 0.02, -distance));
  over(paint, frame, line(distance, glasses.rim, soft));
  if (side < eyes.x - halfWidth + 0.08) {
    over(paint, frame, line(dy + 0.08 - 0.3 * (0.1 - side) * side, glasses.rim, soft));
  }
  if (dx > halfWidth - 0.02) over(paint, frame, line(dy + 0.1, glasses.rim * 0.9, soft));
}

/** Paints a mask over nose, mouth and chin, with its pleats and its straps. */
export function paintMask(paint: Paint, face: Face, x: number, y: number, soft: number): void {
  if (face.conditions.occluder !== "mask") return;
  const side = Math.abs(x), [tone, , pleat] = face.conditions.occluderPlace;
  const cloth: Colour = tone < 0.4
    ? [0.36, 0.55, 0.68]
    : tone < 0.7
    ? [0.72, 0.72, 0.72]
    : face.conditions.occluderColour;
  const top = face.nose.y - 0.2 + 0.33 * smooth(0, 0.5, side) - 0.06 * smooth(0.5, 0.8, side);
  const cover = inside(y - top, soft) * inside(0.86 - side, soft);
  const strap = side > 0.8 ? line(y - top - 0.1 * (side - 0.8) * 3, 0.02, soft) : 0;
  over(paint, cloth, Math.max(cover, 0.8 * strap));
  if (cover > 0) {
    paint.gloss = 0;
    darken(
      paint,
      cover * 0.22 * smooth(0.6, 1, Math.cos((y - 0.1 * pleat) * 2 * Math.PI / 0.17)) * smooth(0.8, 0.5, side),
    );
  } else if (strap <= 0) darken(paint, 0.3 * smooth(top - 0.08, top, y) * inside(0.9 - side, soft));
}
