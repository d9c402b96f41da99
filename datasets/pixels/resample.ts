/**
 * Resampling without antialiasing, by the kernels that OpenCV's `resize` has.
 *
 * @module
 */
import type { Bitmap } from "../decoding/bitmap.ts";
import { applyTaps, makeTaps, type Taps } from "./taps.ts";

/** The kernels of {@link resample}. */
export const KERNELS = ["nearest", "linear", "area", "cubic", "lanczos"] as const;

/** A kernel of {@link resample}. */
export type Kernel = (typeof KERNELS)[number];

/**
 * Resizes an image. Output `i` of an axis stands at `x = (i + ½) n/m − ½` of the input, whose edges go on.
 *
 * `nearest`: the pixel `⌊i n/m⌋`. `linear`: 2 pixels. `cubic`: 4, Keys' kernel with a = −¾. `lanczos`: 8,
 * `sinc(d) sinc(d/4)`, normalised. `area`: the mean over what the pixel covers when it shrinks, the nearest pixel with a
 * linear transition when it grows.
 *
 * @see https://docs.opencv.org/4.6.0/da/d54/group__imgproc__transform.html
 */
export function resample(bitmap: Bitmap, [height, width]: readonly [number, number], kernel: Kernel): Bitmap {
  if (bitmap.height === height && bitmap.width === width) return bitmap;
  return applyTaps(bitmap, tapsOf(kernel, bitmap.width, width), tapsOf(kernel, bitmap.height, height));
}

function tapsOf(kernel: Kernel, from: number, to: number): Taps {
  const scale = from / to, inside = (x: number): number => Math.max(0, Math.min(from - 1, x));
  if (kernel === "nearest") return makeTaps(to, 1, (i) => [inside(Math.floor(i * scale)), 1]);
  if (kernel === "area") return scale >= 1 ? coverage(from, to) : steps(from, to);
  const { width, weigh } = WEIGHTS[kernel];
  const sums = Float64Array.from({ length: to }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += weigh(distance(i, k));
    return sum;
  });
  function distance(i: number, k: number): number {
    const x = (i + 0.5) * scale - 0.5;
    return Math.floor(x) + k - (width / 2 - 1) - x;
  }
  return makeTaps(to, width, (i, k) => {
    const first = Math.floor((i + 0.5) * scale - 0.5) - (width / 2 - 1);
    return [inside(first + k), weigh(distance(i, k)) / sums[i]!];
  });
}

/** Taps and weight by signed distance of the smooth kernels. */
const WEIGHTS = {
  linear: { width: 2, weigh: (d: number): number => Math.max(0, 1 - Math.abs(d)) },
  cubic: { width: 4, weigh: keys },
  lanczos: { width: 8, weigh: (d: number): number => Math.abs(d) < 4 ? sinc(d) * sinc(d / 4) : 0 },
} as const;

/** Keys' cubic convolution with a = −¾. */
function keys(d: number): number {
  const a = -0.75, x = Math.abs(d);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

function sinc(x: number): number {
  return Math.abs(x) < 1e-9 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Each output is the mean of the interval of the input that it covers. */
function coverage(from: number, to: number): Taps {
  const scale = from / to, width = Math.ceil(scale) + 1;
  return makeTaps(to, width, (i, k) => {
    const start = i * scale, end = Math.min(from, start + scale), pixel = Math.floor(start) + k;
    const covered = Math.min(end, pixel + 1) - Math.max(start, pixel);
    return [Math.min(from - 1, pixel), Math.max(0, covered) / scale];
  });
}

/** Each output is the input pixel that it lies in; one that lies in two blends them by its shares. */
function steps(from: number, to: number): Taps {
  const scale = from / to;
  return makeTaps(to, 2, (i, k) => {
    const left = Math.floor(i * scale), over = (i + 1) - (left + 1) / scale;
    const right = over <= 0 ? 0 : over - Math.floor(over);
    return [Math.min(from - 1, left + k), k === 0 ? 1 - right : right];
  });
}
