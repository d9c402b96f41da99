/**
 * JPEG through MozJPEG's decoder, whose pixels equal libjpeg-turbo's.
 *
 * @module
 */
import mozjpeg, { type MozJPEGModule } from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { type Bitmap, checkSize, fromRgba } from "./bitmap.ts";

/** Decoder and version, for the record. */
export const JPEG_DECODER = "@jsquash/jpeg 1.6.0";

/** What libjpeg printed during the present call: its error, or its first warning. */
let messages: string[] = [];
let codec: Promise<MozJPEGModule> | undefined;

function load(): Promise<MozJPEGModule> {
  const options = { noInitialRun: true, print: () => {}, printErr: (line: string) => void messages.push(line) };
  return mozjpeg(options);
}

/**
 * Reads width and height from the frame header.
 *
 * @throws {SyntaxError} if no frame header is found.
 * @throws {RangeError} if it claims an absurd size.
 */
export function readJpegHeader(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 <= bytes.length;) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // Start of frame: C0 to CF but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic conditioning).
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const height = view.getUint16(at + 5), width = view.getUint16(at + 7);
      checkSize("JPEG", width, height);
      return { width, height };
    }
    if (marker === 0xda || marker === 0xd9) break;
    at += 2 + view.getUint16(at + 2);
  }
  throw new SyntaxError("Cannot decode JPEG: found no frame header before the pixels, a whole file is wanted");
}

/**
 * Decodes a JPEG file. Whatever libjpeg warns of (missing or left-over data, a broken code) is an error here, since it
 * fills the gap with grey; EXIF orientation is not applied, as Pillow and MXNet do not.
 *
 * @throws {SyntaxError} if the file is damaged, or is CMYK, lossless or arithmetic-coded.
 * @throws {RangeError} if the header claims an absurd size.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<Bitmap> {
  const { width, height } = readJpegHeader(bytes);
  let pending: Promise<MozJPEGModule>, module: MozJPEGModule;
  do module = await (pending = codec ??= load()); while (pending !== codec); // another image, decoded while this one waited, has ended the program.
  messages = [];
  let image: ImageData | null;
  try {
    image = module.decode(bytes as BufferSource, false);
  } catch (error) {
    codec = undefined; // libjpeg has ended its program: the next image takes a fresh one.
    throw new SyntaxError(`Cannot decode JPEG: ${reason(String(error))}`, { cause: error });
  }
  if (messages.length > 0 || !image) throw new SyntaxError(`Cannot decode JPEG: ${reason("no image came out")}`);
  if (image.width !== width || image.height !== height) {
    throw new SyntaxError(
      `Cannot decode JPEG: found ${image.width} × ${image.height} pixels, its header says otherwise`,
    );
  }
  return fromRgba(image.data as Uint8ClampedArray, width, height);
}

function reason(fallback: string): string {
  const text = messages.length > 0 ? messages.join("; ") : fallback;
  return text === "Unsupported color conversion request" ? "found CMYK, convert it to RGB or grey" : text;
}
