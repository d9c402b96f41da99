/**
 * Writes PNG files of 8 bits a channel.
 *
 * @module
 */
import { zlibSync } from "fflate";
import type { Bitmap } from "./bitmap.ts";
import { crc32 } from "./crc32.ts";
import { PNG_SIGNATURE } from "./png.ts";

/**
 * Encodes a grey or colour bitmap as a PNG file without scanline filters; the same bitmap gives the same bytes.
 *
 * Specification: https://www.w3.org/TR/png-3/
 */
export function encodePng(bitmap: Bitmap): Uint8Array {
  const { width, height, channels, data } = bitmap, stride = width * channels;
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  header[9] = channels === 3 ? 2 : 0;
  const lines = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) lines.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const parts = [PNG_SIGNATURE, chunk("IHDR", header), chunk("IDAT", zlibSync(lines)), chunk("IEND", new Uint8Array())];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) out.set(part, at), at += part.length;
  return out;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12), view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(out.subarray(4, data.length + 8)));
  return out;
}
