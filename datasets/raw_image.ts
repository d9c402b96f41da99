/**
 * Plain arrays of pixels as image files, so that they are prepared as all others are.
 *
 * @module
 */
import { checkSize } from "./decoding/bitmap.ts";

/** Height, width and channels of an array of pixels. */
export interface RawShape {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** 1 for grey, 3 for colour. */
  readonly channels: 1 | 3;
}

/**
 * A binary PGM or PPM file of `[height, width, channels]` bytes, which says nothing but what the array does.
 *
 * Specification: https://netpbm.sourceforge.net/doc/pgm.html
 *
 * @throws {RangeError} if the size is absurd.
 */
export function rawImage(pixels: Uint8Array, { height, width, channels }: RawShape): Uint8Array {
  checkSize("an array of pixels", width, height);
  const header = new TextEncoder().encode(`P${channels === 1 ? 5 : 6} ${width} ${height} 255\n`);
  const bytes = new Uint8Array(header.length + pixels.length);
  bytes.set(header), bytes.set(pixels, header.length);
  return bytes;
}
