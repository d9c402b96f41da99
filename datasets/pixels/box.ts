/**
 * Boxes in images, drawn by their share of the area and their ratio.
 *
 * @module
 */
import type { Random } from "../../tensor/random.ts";

/** A part of an image, in pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** What {@link drawBox} draws from. */
export interface BoxRanges {
  /** Least and greatest share of the image's area. */
  readonly scale: readonly [least: number, greatest: number];
  /** Least and greatest width over height. */
  readonly ratio: readonly [least: number, greatest: number];
}

/** A box that fits is looked for this many times. */
const ATTEMPTS = 10;

/**
 * Draws a box: its area uniformly, the logarithm of its ratio uniformly, then its place; two numbers an attempt and two
 * more for the place.
 *
 * @returns `undefined` if the boxes of ten attempts did not fit into the image.
 */
export function drawBox(
  [height, width]: readonly [height: number, width: number],
  { scale, ratio }: BoxRanges,
  random: Random,
): Box | undefined {
  const uniform = (a: number, b: number): number => a + (b - a) * random.uniform();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = uniform(...scale) * height * width, shape = Math.exp(uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(area * shape)), h = Math.round(Math.sqrt(area / shape));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return { top: random.integer(height - h + 1), left: random.integer(width - w + 1), height: h, width: w };
  }
  return undefined;
}
