/**
 * A decoded image, and the conversions that every decoder shares.
 *
 * @module
 */

/** A decoded image of 8 bits a channel: grey (1) or red, green, blue (3), row by row, `[height, width, channels]`. */
export interface Bitmap {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 for grey, 3 for colour. */
  readonly channels: 1 | 3;
  /** `height · width · channels` bytes. */
  readonly data: Uint8Array;
}

/** The most pixels an image may claim: 2²⁶, about 8,192 × 8,192; a larger claim is taken for damage. */
export const MAX_PIXELS: number = 2 ** 26;

/**
 * Checks the size that an image's header claims, before anything is allocated.
 *
 * @param what The format, for the message.
 * @throws {RangeError} if a side is 0 or there are more than {@link MAX_PIXELS} pixels.
 */
export function checkSize(what: string, width: number, height: number): void {
  if (width >= 1 && height >= 1 && width * height <= MAX_PIXELS) return;
  throw new RangeError(
    `Cannot decode ${what}: its header claims ${width} × ${height} pixels, 1 to ${MAX_PIXELS} pixels are wanted`,
  );
}

/**
 * Converts to the wanted number of channels. Colour to grey is ITU-R 601 luma in 16-bit fixed point, as Pillow's
 * `convert("L")`: `L = (19595 R + 38470 G + 7471 B + 2¹⁵) >> 16`; grey to colour repeats the value.
 */
export function toChannels(bitmap: Bitmap, channels: 1 | 3): Bitmap {
  if (bitmap.channels === channels) return bitmap;
  const { width, height, data } = bitmap;
  const out = new Uint8Array(width * height * channels);
  if (channels === 1) {
    for (let i = 0, j = 0; i < out.length; i++, j += 3) {
      out[i] = (19595 * data[j]! + 38470 * data[j + 1]! + 7471 * data[j + 2]! + 0x8000) >> 16;
    }
  } else {
    for (let i = 0, j = 0; i < data.length; i++, j += 3) out[j] = out[j + 1] = out[j + 2] = data[i]!;
  }
  return { width, height, channels, data: out };
}

/**
 * Takes an opaque bitmap out of red, green, blue, alpha bytes. Alpha is dropped, as Pillow's `convert("RGB")` does.
 */
export function fromRgba(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Bitmap {
  const count = width * height, data = new Uint8Array(count * 3);
  // Four pixels are three words, a third of the time of single bytes; the lowest byte of a word comes first, as on every
  // machine that runs this.
  const whole = rgba.byteOffset % 4 === 0 ? count & ~3 : 0;
  const pixels = new Uint32Array(rgba.buffer, whole > 0 ? rgba.byteOffset : 0, whole);
  const words = new Uint32Array(data.buffer, 0, whole / 4 * 3);
  for (let i = 0, j = 0; i < whole; i += 4, j += 3) {
    const second = pixels[i + 1]!, third = pixels[i + 2]!;
    words[j] = pixels[i]! & 0xffffff | second << 24;
    words[j + 1] = second >>> 8 & 0xffff | third << 16;
    words[j + 2] = third >>> 16 & 0xff | pixels[i + 3]! << 8;
  }
  for (let i = whole * 3, j = whole * 4; i < data.length; i += 3, j += 4) {
    data[i] = rgba[j]!, data[i + 1] = rgba[j + 1]!, data[i + 2] = rgba[j + 2]!;
  }
  return { width, height, channels: 3, data };
}
