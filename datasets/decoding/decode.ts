/**
 * Tells an image's format by its content and hands it to the decoder of that format.
 *
 * @module
 */
import type { Bitmap } from "./bitmap.ts";
import { decodeJpeg, JPEG_DECODER, readJpegHeader } from "./jpeg.ts";
import { decodePng, isPng, readPngHeader } from "./png.ts";
import { decodePnm, readPnmHeader } from "./pnm.ts";
import { decodeWebp, readWebpHeader, WEBP_DECODER } from "./webp.ts";

/** An image format: how to know it, measure it and decode it. */
export interface ImageFormat {
  /** Name, for messages. */
  readonly name: string;
  /** Decoder and version, for the record. */
  readonly decoder: string;
  /** Whether the bytes open like a file of this format. */
  matches(bytes: Uint8Array): boolean;
  /** Width and height by the header alone. */
  measure(bytes: Uint8Array): { readonly width: number; readonly height: number };
  /** Decodes the whole image. */
  decode(bytes: Uint8Array): Bitmap | Promise<Bitmap>;
}

/** Every format that is read. */
export const FORMATS: readonly ImageFormat[] = [
  {
    name: "JPEG",
    decoder: JPEG_DECODER,
    matches: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
    measure: readJpegHeader,
    decode: decodeJpeg,
  },
  {
    name: "PNG",
    decoder: "marginlab png 1.0.0",
    matches: isPng,
    measure: readPngHeader,
    decode: decodePng,
  },
  {
    name: "PNM",
    decoder: "marginlab pnm 1.0.0",
    matches: (bytes) => /^P[2356][\s#]/.test(text(bytes, 0, 3)),
    measure: readPnmHeader,
    decode: decodePnm,
  },
  {
    name: "WebP",
    decoder: WEBP_DECODER,
    matches: (bytes) => text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP",
    measure: readWebpHeader,
    decode: decodeWebp,
  },
];

function text(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** The format of an image by its first bytes, or `undefined` if it is none that is read. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  return FORMATS.find((format) => format.matches(bytes));
}

/**
 * Decodes an image of any known format.
 *
 * @throws {SyntaxError} if the format is not known or the image is damaged.
 * @throws {RangeError} if the header claims an absurd size.
 */
export async function decodeImage(bytes: Uint8Array): Promise<Bitmap> {
  return await knownFormat(bytes).decode(bytes);
}

/**
 * The format of an image.
 *
 * @throws {SyntaxError} if it is none that is read.
 */
export function knownFormat(bytes: Uint8Array): ImageFormat {
  const format = formatOf(bytes);
  if (format) return format;
  const names = FORMATS.map((format) => format.name).join(", ");
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new SyntaxError(
    bytes.length === 0
      ? "Cannot decode the image: the file is empty"
      : `Cannot decode the image: found first bytes ${start}, one of ${names} is wanted`,
  );
}
