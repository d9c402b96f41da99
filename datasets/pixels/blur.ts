/**
 * Blurring; borders are mirrored at the outermost pixels.
 *
 * @module
 */
import type { Bitmap } from "../decoding/bitmap.ts";
import { applyTaps, makeTaps, type Taps } from "./taps.ts";

/** Gaussian blur: weights `exp(−k² / 2σ²)` for `|k| ≤ ⌈3σ⌉`, normalised. */
export function gaussianBlur(bitmap: Bitmap, sigma: number): Bitmap {
  return convolve(bitmap, Math.ceil(3 * sigma), (k) => Math.exp(-(k * k) / (2 * sigma * sigma)));
}

/** Mean over a square of `2 radius + 1` pixels a side. */
export function averageBlur(bitmap: Bitmap, radius: number): Bitmap {
  return convolve(bitmap, radius, () => 1);
}

function convolve(bitmap: Bitmap, radius: number, weigh: (k: number) => number): Bitmap {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) => weigh(k - radius));
  const sum = weights.reduce((a, b) => a + b, 0), normal = weights.map((weight) => weight / sum);
  const taps = (length: number): Taps =>
    makeTaps(length, normal.length, (i, k) => [mirrored(i + k - radius, length), normal[k]!]);
  return applyTaps(bitmap, taps(bitmap.width), taps(bitmap.height));
}

/** A place outside folded back in: −1 is 1, −2 is 2. */
function mirrored(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1), place = ((i % period) + period) % period;
  return place < length ? place : period - place;
}
