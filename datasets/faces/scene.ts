/**
 * The paint of each mesh of the scene.
 *
 * @module
 */
import type { Face } from "./face.ts";
import { paintBrows, paintEyes, paintMouth } from "./features.ts";
import { type Colour, noise, smooth } from "./maths.ts";
import { base, darken, type Paint } from "./paint.ts";
import type { Samples } from "./raster.ts";
import { paintSkin } from "./skin.ts";
import { paintGlasses, paintMask } from "./wear.ts";

/** Marks of the meshes in {@link Samples}. */
export const HEAD = 1;
export const HAIR = 2;
export const HAT = 3;
export const NECK = 4;

/**
 * Paints the sample at `at`.
 *
 * @returns Whether it is skin.
 */
export function paintSample(paint: Paint, face: Face, samples: Samples, at: number, soft: number): boolean {
  const mesh = samples.mesh[at]!, u = samples.u[at]!, v = samples.v[at]!;
  if (mesh === HEAD) {
    return paintHead(paint, face, { x: u, y: v, depth: samples.cover[at]! - 2, below: samples.below[at]! }, soft);
  }
  if (mesh === NECK) return paintNeck(paint, face, u, v);
  if (mesh === HAIR) paintHair(paint, face, u, v, samples.cover[at]!);
  else paintHat(paint, face, u, v, samples.cover[at]!);
  return false;
}

/** A point of the head: on the neutral face, its depth on a unit cross-section, and how far it is below the hair. */
interface HeadPoint {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  readonly below: number;
}

function paintHead(paint: Paint, face: Face, { x, y, depth, below }: HeadPoint, soft: number): boolean {
  paintSkin(paint, face, x, y, soft);
  if (depth > 0.02) {
    paintMouth(paint, face, x, y, soft);
    paintEyes(paint, face, x, y, soft);
    paintBrows(paint, face, x, y, soft);
    paintGlasses(paint, face, x, y, soft);
    paintMask(paint, face, x, y, soft);
  } else {
    // The ear: redder, with the shade of its hollow.
    const { ears } = face.identity, r = Math.hypot((depth + 0.13) / 0.17, (y - ears.y) / ears.size);
    darken(paint, 0.5 * smooth(0.7, 0.3, r) + 0.3 * smooth(0.3, 0, Math.abs(r - 1.05)));
  }
  if (below < 0.2) darken(paint, 0.4 * smooth(0.2, 0, below));
  if (face.hair === undefined && y < -0.9) paint.gloss += 0.08; // a shaved head shines
  return true;
}

function paintHair(paint: Paint, face: Face, angle: number, y: number, cover: number): void {
  const { hair, skin } = face.identity, grain = skin.grain;
  const strands = noise(26 * angle + grain + 2 * y, 1.6 * y + grain) + 0.6 * noise(60 * angle, 3 * y + grain);
  const curls = hair.curl > 0.04 ? noise(9 * angle + grain, 11 * y) : 0;
  base(paint, face.hairColour, 0);
  const tone = Math.max(0.25, 0.95 + 0.28 * strands + 0.45 * curls);
  paint.red *= tone, paint.green *= tone, paint.blue *= tone;
  const band = hair.shine * smooth(0.5, 0, Math.abs(y + 1.15 + 0.1 * strands));
  paint.red += band * 0.12, paint.green += band * 0.1, paint.blue += band * 0.09;
  darken(paint, 0.35 * smooth(0.12, 0, cover) + 0.3 * smooth(0.4, 1.6, y));
}

function paintHat(paint: Paint, face: Face, angle: number, y: number, cover: number): void {
  const { occluderColour, occluderPlace } = face.conditions;
  base(paint, occluderColour, 0);
  const knit = 0.9 + 0.1 * Math.cos(40 * angle) + 0.05 * noise(30 * angle, 30 * y);
  paint.red *= knit, paint.green *= knit, paint.blue *= knit;
  if (occluderPlace[1] > 0.5) darken(paint, 0.45 * smooth(0.05, 0, Math.abs(cover - 0.28)));
}

function paintNeck(paint: Paint, face: Face, angle: number, y: number): boolean {
  const { conditions, skull } = face;
  if (conditions.occluder === "scarf") {
    base(paint, conditions.occluderColour, 0);
    darken(paint, 0.35 * smooth(0, 1, Math.cos(16 * (y + 0.15 * Math.cos(2 * angle)))));
    return false;
  }
  const collar = skull.chin + 0.32 + 0.12 * Math.cos(angle);
  const cloth: Colour = conditions.clothes;
  if (y > collar) {
    base(paint, cloth, 0);
    darken(paint, 0.3 * smooth(0.06, 0, y - collar));
    return false;
  }
  base(paint, face.skin, 0.02);
  darken(paint, 0.3 + 0.3 * smooth(skull.chin + 0.25, skull.chin - 0.1, y));
  return true;
}
