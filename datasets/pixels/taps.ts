/**
 * Filters that work along rows and columns one after the other: resampling and blurring.
 *
 * @module
 */
import type { Bitmap } from "../decoding/bitmap.ts";

/** A filter of one axis: output `i` is the sum over `k < width` of `weight[i·width + k]` times input `index[i·width + k]`. */
export interface Taps {
  /** Inputs of each output. */
  readonly width: number;
  /** Places of the inputs, all inside. */
  readonly index: Int32Array;
  /** Their weights. */
  readonly weight: Float64Array;
}

/**
 * Makes the filter of one axis.
 *
 * @param length Number of outputs.
 * @param width Inputs of each.
 * @param tap Place (inside) and weight of input `k` of output `i`.
 */
export function makeTaps(
  length: number,
  width: number,
  tap: (i: number, k: number) => readonly [index: number, weight: number],
): Taps {
  const index = new Int32Array(length * width), weight = new Float64Array(length * width);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < width; k++) [index[i * width + k], weight[i * width + k]] = tap(i, k) as [number, number];
  }
  return { width, index, weight };
}

/** An image filtered along its rows and then along its columns, rounded once, at the end. */
export function applyTaps(bitmap: Bitmap, columns: Taps, rows: Taps): Bitmap {
  const { height, channels } = bitmap;
  const across = filterAxis(bitmap.data, { outer: height, from: bitmap.width, inner: channels }, columns);
  const width = columns.index.length / columns.width;
  const sums = filterAxis(across, { outer: 1, from: height, inner: width * channels }, rows);
  // Halves go up; cubic and Lanczos kernels overshoot.
  const data = Uint8Array.from(sums, (sum) => Math.max(0, Math.min(255, Math.floor(sum + 0.5))));
  return { width, height: rows.index.length / rows.width, channels, data };
}

/** Filters `[outer, from, inner]` along its middle axis. */
function filterAxis(
  data: ArrayLike<number>,
  { outer, from, inner }: { readonly outer: number; readonly from: number; readonly inner: number },
  { width, index, weight }: Taps,
): Float64Array {
  const to = index.length / width, out = new Float64Array(outer * to * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < to; i++) {
      const at = (o * to + i) * inner;
      for (let k = i * width; k < (i + 1) * width; k++) {
        const start = (o * from + index[k]!) * inner, w = weight[k]!;
        if (w === 0) continue;
        for (let c = 0; c < inner; c++) out[at + c] = out[at + c]! + w * data[start + c]!;
      }
    }
  }
  return out;
}
