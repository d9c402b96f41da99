/**
 * The operations of RandAugment, each of one strength.
 *
 * @module
 */
import type { AffineMatrix } from "../alignment/similarity.ts";
import { warpAffine } from "../alignment/warp.ts";
import type { Bitmap } from "../decoding/bitmap.ts";
import { autoContrast, equalize, posterize, solarize } from "./levels.ts";
import { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from "./tone.ts";

/** Changes an image by a level, 0 … 1 of the greatest change, and a sign, 1 or −1, where the change has two ways. */
export type Operation = (bitmap: Bitmap, level: number, sign: number) => Bitmap;

/** Factor of brightness, contrast, saturation and sharpness: 1 ± 0.9 level. */
function factor(level: number, sign: number): number {
  return 1 + 0.9 * level * sign;
}

/** Greatest angle, in radians: 30°. */
const ANGLE = Math.PI / 6;
/** Greatest shear. */
const SHEAR = 0.3;
/** Greatest move, as a part of the side. */
const MOVE = 150 / 331;

/** Maps an image about its centre, bilinear, black outside. */
function about(bitmap: Bitmap, [a, b, d, e]: readonly [number, number, number, number]): Bitmap {
  const x = (bitmap.width - 1) / 2, y = (bitmap.height - 1) / 2;
  const matrix: AffineMatrix = [a, b, x - a * x - b * y, d, e, y - d * x - e * y];
  return warpAffine(bitmap, matrix, [bitmap.height, bitmap.width]);
}

function rotate(bitmap: Bitmap, level: number, sign: number): Bitmap {
  const angle = ANGLE * level * sign, cos = Math.cos(angle), sin = Math.sin(angle);
  return about(bitmap, [cos, -sin, sin, cos]);
}

function translate(bitmap: Bitmap, x: number, y: number): Bitmap {
  return warpAffine(bitmap, [1, 0, x, 0, 1, y], [bitmap.height, bitmap.width]);
}

/** The fourteen operations; `colour` is saturation, and leaves grey images as they are. */
export const OPERATIONS = {
  "identity": (bitmap) => bitmap,
  "auto-contrast": autoContrast,
  "equalize": equalize,
  "rotate": rotate,
  "solarize": (bitmap, level) => solarize(bitmap, 256 * (1 - level)),
  "colour": (bitmap, level, sign) => adjustSaturation(bitmap, factor(level, sign)),
  "posterize": (bitmap, level) => posterize(bitmap, 8 - Math.round(4 * level)),
  "contrast": (bitmap, level, sign) => adjustContrast(bitmap, factor(level, sign)),
  "brightness": (bitmap, level, sign) => adjustBrightness(bitmap, factor(level, sign)),
  "sharpness": (bitmap, level, sign) => adjustSharpness(bitmap, factor(level, sign)),
  "shear-x": (bitmap, level, sign) => about(bitmap, [1, SHEAR * level * sign, 0, 1]),
  "shear-y": (bitmap, level, sign) => about(bitmap, [1, 0, SHEAR * level * sign, 1]),
  "translate-x": (bitmap, level, sign) => translate(bitmap, MOVE * level * sign * bitmap.width, 0),
  "translate-y": (bitmap, level, sign) => translate(bitmap, 0, MOVE * level * sign * bitmap.height),
} as const satisfies Record<string, Operation>;

/** Name of an operation. */
export type OperationName = keyof typeof OPERATIONS;

/** Names of all operations, in the order of the paper. */
export const OPERATION_NAMES = Object.keys(OPERATIONS) as [OperationName, ...OperationName[]];
