/**
 * Maps of byte values by a table: solarize, posterize, auto-contrast and equalize, as Pillow's `ImageOps` do them.
 *
 * @module
 */
import type { Bitmap } from "../decoding/bitmap.ts";

/** Values from `threshold` on are inverted: v → 255 − v. */
export function solarize(bitmap: Bitmap, threshold: number): Bitmap {
  return { ...bitmap, data: bitmap.data.map((value) => value < threshold ? value : 255 - value) };
}

/** Keeps the highest `bits` bits of each value, 1 to 8. */
export function posterize(bitmap: Bitmap, bits: number): Bitmap {
  const mask = ~(2 ** (8 - bits) - 1);
  return { ...bitmap, data: bitmap.data.map((value) => value & mask) };
}

/** Stretches each channel so that its least value is 0 and its greatest 255; one that has a single value stays. */
export function autoContrast(bitmap: Bitmap): Bitmap {
  return byChannel(bitmap, (histogram) => {
    const least = histogram.findIndex((count) => count > 0), most = histogram.findLastIndex((count) => count > 0);
    if (most <= least) return undefined;
    const scale = 255 / (most - least);
    return (value) => Math.trunc(Math.max(0, Math.min(255, value * scale - least * scale)));
  });
}

/** Spreads the values of each channel so that all are about equally frequent. */
export function equalize(bitmap: Bitmap): Bitmap {
  return byChannel(bitmap, (histogram) => {
    const last = histogram.findLast((count) => count > 0)!, total = histogram.reduce((a, b) => a + b, 0);
    const step = Math.floor((total - last) / 255);
    if (step === 0) return undefined;
    let below = Math.floor(step / 2);
    const table = histogram.map((count) => {
      const value = Math.min(255, Math.floor(below / step));
      below += count;
      return value;
    });
    return (value) => table[value]!;
  });
}

/** Maps each channel by a function made from the histogram of its 256 values; `undefined` leaves it. */
function byChannel(
  bitmap: Bitmap,
  mapOf: (histogram: number[]) => ((value: number) => number) | undefined,
): Bitmap {
  const { channels, data } = bitmap, out = data.slice();
  for (let channel = 0; channel < channels; channel++) {
    const histogram = new Array<number>(256).fill(0);
    for (let i = channel; i < data.length; i += channels) histogram[data[i]!]!++;
    const map = mapOf(histogram);
    if (!map) continue;
    const table = Uint8Array.from(histogram, (_, value) => map(value));
    for (let i = channel; i < data.length; i += channels) out[i] = table[data[i]!]!;
  }
  return { ...bitmap, data: out };
}
