/**
 * Antialiased bilinear resizing, bit for bit as Pillow's `resize(size, Image.BILINEAR)`.
 *
 * @module
 */
import type { Bitmap } from "./bitmap.ts";

/** Fixed-point bits of a weight: 8-bit pixels, two bits of headroom, in 32 bits. */
const PRECISION = 22;

/** Weights of one axis: output `i` is the sum over `k` of `weights[i·width + k]` times input `first[i] + k`. */
interface Weights {
  readonly width: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

/**
 * Weights of a triangle filter whose half-width is the reduction, at least 1 pixel:
 * `w(x) = max(0, 1 − |x + ½ − c| / r)` with centre `c = (i + ½) n/m` and `r = max(1, n/m)`, normalised to sum 1.
 */
function triangle(from: number, to: number): Weights {
  const scale = from / to, radius = Math.max(1, scale), width = Math.ceil(radius) * 2 + 1;
  const first = new Int32Array(to), count = new Int32Array(to), weights = new Int32Array(to * width);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - radius + 0.5)),
      end = Math.min(from, Math.trunc(centre + radius + 0.5));
    const row = Array.from(
      { length: end - start },
      (_, k) => Math.max(0, 1 - Math.abs((k + start - centre + 0.5) / radius)),
    );
    const sum = row.reduce((a, b) => a + b, 0);
    first[i] = start, count[i] = row.length;
    row.forEach((w, k) => weights[i * width + k] = Math.trunc(0.5 + (w / sum) * 2 ** PRECISION));
  }
  return { width, first, count, weights };
}

/** Resizes one axis. The data is seen as `[outer, from, inner]` and becomes `[outer, to, inner]`. */
function resizeAxis(data: Uint8Array, outer: number, from: number, inner: number, axis: Weights): Uint8Array {
  const to = axis.first.length, out = new Uint8Array(outer * to * inner), { width, first, count, weights } = axis;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < to; i++) {
      const start = (o * from + first[i]!) * inner, n = count[i]!, w = i * width, at = (o * to + i) * inner;
      for (let c = 0; c < inner; c++) {
        let sum = 1 << (PRECISION - 1);
        for (let k = 0; k < n; k++) sum += data[start + k * inner + c]! * weights[w + k]!;
        const value = sum >> PRECISION;
        out[at + c] = value > 255 ? 255 : value;
      }
    }
  }
  return out;
}

/**
 * Makes a function that resizes bitmaps to one size: columns first, then rows, each rounded to 8 bits.
 *
 * @example Halving a row averages with the weights 1, 3, 3, 1 away from the border
 * ```ts
 * import { createResizer } from "./resize.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const row = { width: 6, height: 1, channels: 1 as const, data: Uint8Array.of(0, 0, 0, 80, 80, 80) };
 * assertEquals(createResizer(1, 3)(row).data, Uint8Array.of(0, 40, 80));
 * ```
 */
export function createResizer(height: number, width: number): (bitmap: Bitmap) => Bitmap {
  const tables = new Map<string, Weights>();
  const table = (from: number, to: number): Weights => {
    const key = `${from}>${to}`, found = tables.get(key) ?? triangle(from, to);
    tables.set(key, found);
    return found;
  };
  return (bitmap) => {
    const { channels } = bitmap;
    let data = bitmap.data;
    if (bitmap.width !== width) {
      data = resizeAxis(data, bitmap.height, bitmap.width, channels, table(bitmap.width, width));
    }
    if (bitmap.height !== height) {
      data = resizeAxis(data, 1, bitmap.height, width * channels, table(bitmap.height, height));
    }
    return { width, height, channels, data };
  };
}
