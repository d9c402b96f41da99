/**
 * Brightness, contrast, saturation and hue, by Pillow's arithmetic.
 *
 * @module
 */
import { type Bitmap, toChannels } from "../decoding/bitmap.ts";

/**
 * Blends two images: `a + f (b − a)` in single precision, cut to 0 … 255, without its fraction. With f > 1 it leads away
 * from a.
 */
function blend(a: (i: number) => number, b: Uint8Array, factor: number): Uint8Array {
  const f = Math.fround(factor);
  return b.map((value, i) => {
    const other = a(i), sum = Math.fround(other + Math.fround(f * (value - other)));
    return sum <= 0 ? 0 : sum >= 255 ? 255 : Math.trunc(sum);
  });
}

/** `f · v`: 0 is black, 1 the image. */
export function adjustBrightness(bitmap: Bitmap, factor: number): Bitmap {
  return { ...bitmap, data: blend(() => 0, bitmap.data, factor) };
}

/** `m + f (v − m)` with m the mean luma, rounded: 0 is grey, 1 the image. */
export function adjustContrast(bitmap: Bitmap, factor: number): Bitmap {
  const luma = toChannels(bitmap, 1).data, mean = Math.trunc(luma.reduce((a, b) => a + b, 0) / luma.length + 0.5);
  return { ...bitmap, data: blend(() => mean, bitmap.data, factor) };
}

/** `l + f (v − l)` with l the pixel's luma: 0 is grey, 1 the image. Grey images stay as they are. */
export function adjustSaturation(bitmap: Bitmap, factor: number): Bitmap {
  if (bitmap.channels === 1) return bitmap;
  const luma = toChannels(bitmap, 1).data;
  return { ...bitmap, data: blend((i) => luma[Math.floor(i / 3)]!, bitmap.data, factor) };
}

/** `s + f (v − s)` with s the image smoothed by the kernel 1 1 1, 1 5 1, 1 1 1 over 13, whose border is the image's. */
export function adjustSharpness(bitmap: Bitmap, factor: number): Bitmap {
  const { width, height, channels, data } = bitmap, smooth = data.slice(), row = width * channels;
  for (let y = 1; y < height - 1; y++) {
    for (let x = channels; x < row - channels; x++) {
      const at = y * row + x;
      let sum = 4 * data[at]!;
      for (const line of [at - row, at, at + row]) {
        sum += data[line - channels]! + data[line]! + data[line + channels]!;
      }
      smooth[at] = Math.floor(sum / 13 + 0.5);
    }
  }
  return { ...bitmap, data: blend((i) => smooth[i]!, data, factor) };
}

/**
 * Turns the hue of a colour image by a part of the circle, −½ … ½. Hue, saturation and value have 8 bits in between, as
 * in torchvision on Pillow images, so that a turn by 0 changes colours a little too.
 */
export function adjustHue(bitmap: Bitmap, turn: number): Bitmap {
  const { data } = bitmap, out = new Uint8Array(data.length), shift = Math.trunc(turn * 255) & 255;
  for (let i = 0; i < data.length; i += 3) {
    const [hue, saturation, value] = toHsv(data[i]!, data[i + 1]!, data[i + 2]!);
    out.set(fromHsv((hue + shift) & 255, saturation, value), i);
  }
  return { ...bitmap, data: out };
}

/** Hue, saturation and value in 8 bits each, A. R. Smith's hexcone. */
function toHsv(r: number, g: number, b: number): [hue: number, saturation: number, value: number] {
  const most = Math.max(r, g, b), range = most - Math.min(r, g, b), { fround } = Math;
  if (range === 0) return [0, 0, most];
  const [fromR, fromG, fromB] = [r, g, b].map((c) => fround((most - c) / range)) as [number, number, number];
  const sector = r === most ? fromB - fromG : g === most ? 2 + fromR - fromB : 4 + fromG - fromR;
  const hue = fround((fround(sector) / 6 + 1) % 1), saturation = fround(range / most);
  return [Math.trunc(hue * 255), Math.trunc(saturation * 255), most];
}

function fromHsv(hue: number, saturation: number, value: number): [r: number, g: number, b: number] {
  if (saturation === 0) return [value, value, value];
  const { fround } = Math, place = (hue * 6) / 255, sector = Math.floor(place), f = fround(place - sector);
  const s = fround(saturation / 255), mix = (part: number): number => Math.floor(value * (1 - part) + 0.5);
  const p = mix(s), q = mix(s * f), t = mix(s * (1 - f));
  const turns = [[value, t, p], [q, value, p], [p, value, t], [p, q, value], [t, p, value], [value, p, q]] as const;
  return [...turns[sector % 6]!];
}
