/**
 * PGM and PPM, plain and raw (P2, P3, P5, P6), of any maximum value.
 *
 * Specification: https://netpbm.sourceforge.net/doc/pgm.html and ppm.html
 *
 * @module
 */
import { type Bitmap, checkSize } from "./bitmap.ts";

/** What the header of a PGM or PPM file says. */
export interface PnmHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Whether samples are written as decimal text (P2, P3). */
  readonly plain: boolean;
  /** The sample value that means white, 1 to 65,535. */
  readonly maximum: number;
  /** Offset of the first byte after the header. */
  readonly end: number;
}

const FORMATS: Record<string, { channels: 1 | 3; plain: boolean }> = {
  P2: { channels: 1, plain: true },
  P3: { channels: 3, plain: true },
  P5: { channels: 1, plain: false },
  P6: { channels: 3, plain: false },
};

const NEWLINE = 10, HASH = 35, ZERO = 48;

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);
}

/** Reads the next decimal number after white space and comments; gives it and the offset behind it. */
function number(bytes: Uint8Array, from: number, what: string): [value: number, end: number] {
  let at = from;
  while (isSpace(bytes[at]) || bytes[at] === HASH) {
    if (bytes[at] === HASH) { while (at < bytes.length && bytes[at] !== NEWLINE) at++; }
    else at++;
  }
  let value = 0, digits = 0;
  for (; at < bytes.length && bytes[at]! >= ZERO && bytes[at]! < ZERO + 10; at++, digits++) {
    value = value * 10 + bytes[at]! - ZERO;
  }
  if (digits === 0 || digits > 9) throw new SyntaxError(`Cannot decode PNM: found no ${what} at byte ${at}`);
  return [value, at];
}

/**
 * Reads the header alone.
 *
 * @throws {SyntaxError} if the header is damaged.
 * @throws {RangeError} if it claims an absurd size.
 */
export function readPnmHeader(bytes: Uint8Array): PnmHeader {
  const magic = String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0), format = FORMATS[magic];
  if (!format) throw new SyntaxError(`Cannot decode PNM: found ${JSON.stringify(magic)}, P2, P3, P5 or P6 is wanted`);
  const [width, afterWidth] = number(bytes, 2, "width");
  const [height, afterHeight] = number(bytes, afterWidth, "height");
  const [maximum, end] = number(bytes, afterHeight, "maximum value");
  if (maximum < 1 || maximum > 65535) {
    throw new SyntaxError(`Cannot decode PNM: found maximum value ${maximum}, 1 to 65535 is wanted`);
  }
  if (!isSpace(bytes[end])) throw new SyntaxError(`Cannot decode PNM: found no white space after the header`);
  checkSize("PNM", width, height);
  return { width, height, maximum, ...format, end: end + 1 };
}

/**
 * Decodes a PGM or PPM file; a sample `v` becomes `⌊255 v / maximum + ½⌋`.
 *
 * @throws {SyntaxError} if samples are missing, too many or above the maximum value.
 * @throws {RangeError} if the header claims an absurd size.
 */
export function decodePnm(bytes: Uint8Array): Bitmap {
  const header = readPnmHeader(bytes);
  const { width, height, channels, maximum } = header;
  const data = new Uint8Array(width * height * channels);
  const wide = maximum > 255 ? 2 : 1, wanted = data.length * (header.plain ? 2 : wide);
  // A plain sample takes a digit and white space, but for the last one.
  if (bytes.length - header.end < wanted - (header.plain ? 1 : 0)) {
    throw new SyntaxError(
      `Cannot decode PNM: found ${bytes.length - header.end} bytes of samples, at least ${wanted} are wanted`,
    );
  }
  let at = header.end;
  for (let i = 0; i < data.length; i++) {
    let value: number;
    if (header.plain) [value, at] = number(bytes, at, `sample ${i}`);
    else if (wide === 1) value = bytes[at++]!;
    else value = bytes[at]! * 256 + bytes[at + 1]!, at += 2;
    if (value > maximum) throw new SyntaxError(`Cannot decode PNM: found sample ${value} above the maximum ${maximum}`);
    data[i] = maximum === 255 ? value : Math.floor((value * 255) / maximum + 0.5);
  }
  while (isSpace(bytes[at])) at++;
  if (at < bytes.length) {
    throw new SyntaxError(`Cannot decode PNM: found ${bytes.length - at} bytes after the image, none are wanted`);
  }
  return { width, height, channels, data };
}
