/**
 * Paint of the eyes, the brows and the mouth.
 *
 * @module
 */
import type { Face } from "./face.ts";
import { bump, type Colour, noise, ridge, smooth } from "./maths.ts";
import { darken, inside, line, over, type Paint } from "./paint.ts";

const SCLERA: Colour = [0.62, 0.59, 0.56];
const PUPIL: Colour = [0.004, 0.004, 0.005];
const LASH: Colour = [0.012, 0.009, 0.008];
const GLINT: Colour = [0.95, 0.95, 0.95];
const TEETH: Colour = [0.72, 0.68, 0.6];
const THROAT: Colour = [0.05, 0.012, 0.012];

/** Paints the eyes: almond of lids, white, iris, pupil, glint, lashes and the crease above. */
export function paintEyes(paint: Paint, face: Face, x: number, y: number, soft: number): void {
  const { eyes } = face.identity, sign = x < 0 ? -1 : 1, dx = sign * x - eyes.x;
  if (Math.abs(dx) > eyes.width * 1.3 || Math.abs(y - eyes.y) > 0.3) return;
  const dy = y - eyes.y - eyes.tilt * dx, across = 1 - (dx / eyes.width) ** 2;
  if (Math.abs(dy) > 0.26) return;
  const arch = Math.sqrt(Math.max(0, across)), open = face.eyeOpen;
  const upper = -open * arch * (1 - 0.25 * dx / eyes.width), lower = 0.55 * open * across;
  const within = across > 0 ? inside(Math.min(dy - upper, lower - dy), soft) : 0;
  if (within > 0) {
    const [gazeX, gazeY] = face.conditions.gaze, ix = dx - sign * gazeX, iy = y - eyes.y - gazeY;
    const distance = Math.sqrt(ix * ix + iy * iy), { irisRadius } = eyes;
    over(paint, SCLERA, within);
    darken(paint, within * 0.45 * smooth(0.5, 1, Math.abs(dx / eyes.width)));
    over(paint, eyes.iris, within * inside(irisRadius - distance, soft));
    darken(paint, within * 0.6 * line(distance - irisRadius, 0.014, soft));
    over(paint, PUPIL, within * inside(0.45 * irisRadius - distance, soft));
    darken(paint, within * 0.5 * smooth(0.06, 0, dy - upper));
    over(paint, GLINT, 0.85 * within * inside(0.02 - Math.hypot(ix + sign * 0.04, iy + 0.045), soft));
    paint.gloss = 0;
  }
  if (across > -0.25) {
    const tail = smooth(-0.25, 0.05, across);
    over(paint, LASH, 0.92 * tail * line(dy - upper + 0.4 * eyes.lashes, eyes.lashes, soft));
    over(paint, LASH, 0.3 * tail * line(dy - lower, 0.01, soft));
    darken(paint, 0.5 * tail * line(dy - upper + eyes.crease + 0.02, 0.012, soft));
  }
}

/** Paints the brows: tapering arches with a grain of hairs. */
export function paintBrows(paint: Paint, face: Face, x: number, y: number, soft: number): void {
  const { brows, eyes } = face.identity;
  if (y > eyes.y || y < eyes.y - 0.6) return;
  const dx = Math.abs(x) - eyes.x, length = brows.inner + brows.outer;
  const t = (dx + brows.inner) / length;
  if (t < -0.1 || t > 1.1) return;
  const middle = eyes.y - brows.height - face.browLift * (1.3 - 0.5 * t) + brows.slope * (0.4 - t) * 0.4 -
    brows.arch * (1 - ((t - 0.6) / 0.6) ** 2);
  const half = brows.thickness * (t < 0.65 ? 1 : 1 - 0.75 * (t - 0.65) / 0.35) * smooth(-0.1, 0.15, t);
  if (half <= 0) return;
  const cover = line(y - middle, half, soft + 0.02);
  if (cover <= 0) return;
  const hairs = 0.85 + (soft < 0.03 ? 0.25 * noise(40 * x + 20 * y, 25 * y) : 0);
  over(paint, face.browColour, brows.density * hairs * cover * smooth(1.08, 0.95, t));
}

/** Paints the mouth: two lips with the bow of the upper one, the line between them, or teeth and throat. */
export function paintMouth(paint: Paint, face: Face, x: number, y: number, soft: number): void {
  const { mouth: own } = face.identity, { width, lift, gap, upper, lower } = face.mouth;
  const s = x / width, across = 1 - s * s;
  const dy = y - own.y + lift * s * s;
  if (Math.abs(s) > 1.3 || dy < -0.3 || dy > 0.5) return;
  darken(paint, 0.3 * bump(s / 0.85, (dy - gap * 0.65 - lower - 0.07) / 0.075));
  darken(paint, 0.5 * bump((Math.abs(s) - 1) / 0.14, dy / 0.05));
  if (across <= 0) return;
  const top = -0.35 * gap * across, bottom = 0.65 * gap * across, full = Math.sqrt(across);
  const bow = 1 - own.bow * ridge(s / 0.16) + 0.15 * ridge((Math.abs(s) - 0.22) / 0.3);
  const above = top - upper * across ** 0.8 * bow, below = bottom + lower * full * across ** 0.3;
  const lips = inside(Math.min(dy - above, below - dy), soft + 0.012);
  if (lips <= 0) return;
  over(paint, own.colour, 0.85 * lips);
  paint.gloss += 0.06 * lips;
  if (dy < top) darken(paint, 0.22 * lips);
  darken(paint, 0.5 * lips * line(dy - (top + bottom) / 2, 0.018 + soft / 6, soft) * (gap > 0.02 ? 0 : 1));
  const open = gap > 0.02 ? inside(Math.min(dy - top, bottom - dy), soft) : 0;
  over(paint, THROAT, open);
  over(paint, TEETH, 0.85 * open * inside(top + Math.min(0.085, 0.8 * gap) - dy, soft) * smooth(1, 0.75, Math.abs(s)));
}
