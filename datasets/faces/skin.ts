/**
 * Paint of the skin: tone, blush, freckles, moles, wrinkles, nostrils, beard.
 *
 * @module
 */
import type { Face } from "./face.ts";
import { bump, type Colour, noise, ridge, smooth } from "./maths.ts";
import { base, darken, line, over, type Paint } from "./paint.ts";

const BLUSH: Colour = [0.55, 0.12, 0.1];
const MOLE: Colour = [0.035, 0.015, 0.01];
const FRECKLE: Colour = [0.25, 0.09, 0.04];

/** Paints skin at the point `(x, y)` of the neutral face; `soft` is the width of a sample. */
export function paintSkin(paint: Paint, face: Face, x: number, y: number, soft: number): void {
  const { skin } = face.identity, side = Math.abs(x), light = skin.colour[1];
  base(paint, face.skin, skin.gloss);
  // Grain finer than a sample would only alias.
  const fine = soft < 0.03 ? 0.03 * noise(17 * x, 17 * y + skin.grain) : 0;
  const mottle = 1 + (0.05 + 0.06 * face.wrinkles) * noise(5 * x + skin.grain, 5 * y) + fine;
  paint.red *= mottle, paint.green *= mottle, paint.blue *= mottle;
  const cheek = bump((side - 0.55) / 0.42, (y - 0.22) / 0.36) + 0.6 * bump(x / 0.22, (y - face.nose.y) / 0.22);
  const rosy = skin.blush * (0.35 + 0.65 * light) * 0.3;
  if (cheek > 0) over(paint, BLUSH, rosy * cheek * 0.6);
  if (skin.freckles > 0) {
    const spots = smooth(0.35, 0.75, noise(23 * x + skin.grain, 23 * y));
    over(paint, FRECKLE, skin.freckles * spots * bump(x / 0.95, (y - 0.1) / 0.55));
  }
  for (const mole of skin.moles) {
    const dx = x - mole.x, dy = y - mole.y, d = Math.sqrt(dx * dx + dy * dy);
    if (d < mole.radius + soft) over(paint, MOLE, 0.8 * line(d, mole.radius, soft));
  }
  paintWrinkles(paint, face, x, y, soft);
  paintNoseShade(paint, face, side, y, soft);
  const { cleft } = face.identity.relief;
  if (cleft > 0) darken(paint, 0.35 * cleft * bump(x / (0.045 + soft / 2), (y - face.skull.chin + 0.16) / 0.12));
  paintBeard(paint, face, x, y);
}

/** Lines of the forehead, between nose and mouth, beside and below the eyes. */
function paintWrinkles(paint: Paint, face: Face, x: number, y: number, soft: number): void {
  const { eyes, mouth } = face.identity,
    side = Math.abs(x),
    depth = face.wrinkles,
    smile = Math.max(0, face.conditions.smile);
  if (y < eyes.y - 0.3 && depth > 0) {
    const rows = Math.cos((y - 0.07 * Math.cos(3 * x) + 0.02 * noise(3 * x, 9)) * 2 * Math.PI / 0.14);
    darken(paint, 0.4 * depth * smooth(0.55, 1, rows) * bump(x / 0.72, (y - eyes.y + 0.58) / 0.34) ** 0.5);
  }
  const fold = Math.max(0.75 * depth, 0.55 * smile);
  if (fold > 0 && y > 0.1 && y < mouth.y + 0.2) {
    const t = (y - face.nose.y + 0.06) / (mouth.y - face.nose.y + 0.1);
    const at = 0.9 * face.nose.width + (face.mouth.width + 0.14 - 0.9 * face.nose.width) * t ** 0.8;
    if (t > 0 && t < 1.15) {
      darken(paint, 0.55 * fold * ridge((side - at) / (0.045 + soft / 2)) * smooth(0, 0.2, t) * smooth(1.15, 0.85, t));
    }
  }
  const dx = side - eyes.x, dy = y - eyes.y;
  if (dx < -0.3 || dx > 0.46 || dy < -0.2 || dy > 0.4) return;
  const bag = Math.max(eyes.bags * 0.4, depth) * 0.35;
  if (dx < 0.34 && dy > 0) {
    darken(paint, bag * ridge((dy - 0.2 + 0.35 * dx * dx) / (0.05 + soft / 2)) * ridge(dx / 0.26));
  }
  if (depth > 0 && dx > 0.2) {
    const rays = Math.cos(26 * Math.atan2(dy, dx - 0.1));
    darken(paint, 0.3 * depth * smooth(0.4, 1, rays) * bump((dx - 0.32) / 0.14, dy / 0.2));
  }
}

/** Shade beside the root of the nose, round its wings and in the nostrils. */
function paintNoseShade(paint: Paint, face: Face, side: number, y: number, soft: number): void {
  const { nose } = face, { eyes, relief } = face.identity;
  if (y > nose.y + 0.34) return;
  darken(paint, 2.2 * relief.socket * bump((side - 0.19) / 0.14, (y - eyes.y + 0.03) / 0.24));
  darken(paint, 1.2 * relief.socket * bump((side - eyes.x) / 0.34, (y - eyes.y + 0.1) / 0.15));
  if (y < nose.y - 0.25 || side > 0.45) return;
  darken(paint, 0.32 * ridge((side - 1.22 * nose.width) / 0.06) * ridge((y - nose.y - 0.02) / 0.14));
  darken(paint, 0.4 * bump(side / (1.15 * nose.width), (y - nose.y - 0.17) / 0.07));
  const hole = bump(
    (side - 0.52 * nose.width) / (0.4 * nose.width + soft / 2),
    (y - nose.y - 0.115) / (0.045 + soft / 2),
  );
  darken(paint, 1.1 * hole);
  darken(paint, 0.14 * ridge(side / 0.07) * smooth(nose.y + 0.15, nose.y + 0.22, y));
}

/** Moustache, beard of the chin and of the cheeks: hair over skin, its edge soft. */
function paintBeard(paint: Paint, face: Face, x: number, y: number): void {
  const { beard } = face, { mouth } = face.identity;
  if (beard.cheeks + beard.chin + beard.moustache <= 0 || y < face.nose.y) return;
  const side = Math.abs(x), wide = face.mouth.width, grain = 0.75 + 0.35 * noise(45 * x, 22 * y);
  const jaw = smooth(0.2 + 0.75 * (1 - side), 0.42 + 0.75 * (1 - side), y + 0.25 * (side - 0.4));
  const round = smooth(mouth.y - 0.02, mouth.y + 0.12, y) * smooth(wide + 0.22, wide + 0.06, side);
  const lip = smooth(face.nose.y + 0.16, face.nose.y + 0.24, y) * smooth(mouth.y + 0.02, mouth.y - 0.03, y) *
    smooth(wide + 0.14, wide + 0.02, side);
  const beside = beard.moustache > 0
    ? ridge((side - wide - 0.07) / 0.1) * ridge((y - mouth.y) / 0.22) * Math.min(beard.moustache, beard.chin)
    : 0;
  const cover = Math.max(beard.cheeks * jaw, beard.chin * round, beard.moustache * lip, beside);
  over(paint, face.beardColour, 0.92 * cover * grain);
}
