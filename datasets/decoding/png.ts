/**
 * PNG: every colour type, bit depth and interlacing of the W3C specification, with every checksum checked.
 *
 * Written here rather than taken from `@jsquash/png`, which does not check the checksum of the pixels and says no more
 * than `unwrap_throw failed` of a damaged file; the tests hold the two to the same pixels.
 *
 * @module
 */
import { type Bitmap, checkSize } from "./bitmap.ts";
import { crc32 } from "./crc32.ts";
import { inflateExactly } from "./inflate.ts";
import { ADAM7, expand, type Layout, unfilter, WHOLE } from "./png_pixels.ts";

/** The eight bytes that open a PNG file. */
export const PNG_SIGNATURE: Uint8Array = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Whether the bytes open like a PNG file. */
export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** Bit depths that each colour type allows. */
const DEPTHS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Samples a pixel of each colour type. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** Walks the chunks up to IEND, checking each one's checksum. */
function* chunks(bytes: Uint8Array): Generator<Chunk> {
  if (!isPng(bytes)) throw damaged("the file does not open with the PNG signature");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PNG_SIGNATURE.length; at < bytes.length;) {
    if (at + 12 > bytes.length) throw damaged(`the file ends within a chunk header at byte ${at}`);
    const length = view.getUint32(at), end = at + 12 + length;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) throw damaged(`chunk ${JSON.stringify(type)} at byte ${at} runs past the end of the file`);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw damaged(`chunk ${JSON.stringify(type)} at byte ${at} does not match its checksum`);
    }
    yield { type, data: bytes.subarray(at + 8, end - 4) };
    if (type === "IEND") return;
    at = end;
  }
  throw damaged("the file ends before its IEND chunk");
}

function damaged(found: string): SyntaxError {
  return new SyntaxError(`Cannot decode PNG: ${found}, a whole file is wanted`);
}

/**
 * Reads the header alone.
 *
 * @throws {SyntaxError} if the header is damaged.
 * @throws {RangeError} if it claims an absurd size.
 */
export function readPngHeader(bytes: Uint8Array): Layout & { readonly interlaced: boolean } {
  const first = chunks(bytes).next().value as Chunk;
  if (first.type !== "IHDR" || first.data.length !== 13) throw damaged("the first chunk is not a header of 13 bytes");
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const width = view.getUint32(0), height = view.getUint32(4);
  const [depth, colour, compression, filter, interlace] = first.data.subarray(8) as unknown as number[];
  if (!DEPTHS[colour!]?.includes(depth!) || compression !== 0 || filter !== 0 || interlace! > 1) {
    throw damaged(`the header has bit depth ${depth}, colour type ${colour}, interlacing ${interlace}`);
  }
  checkSize("PNG", width, height);
  return {
    width,
    height,
    depth: depth!,
    samples: SAMPLES[colour!]!,
    palette: colour === 3,
    interlaced: interlace === 1,
  };
}

/**
 * Decodes a PNG file. Alpha and transparency are dropped; of 16-bit samples the high byte is kept, as libpng's
 * `strip_16` does; grey of fewer than 8 bits is scaled to 0 … 255.
 *
 * Specification: https://www.w3.org/TR/png-3/
 *
 * @throws {SyntaxError} if a checksum, a length or the order of the chunks is wrong.
 * @throws {RangeError} if the header claims an absurd size.
 */
export function decodePng(bytes: Uint8Array): Bitmap {
  const header = readPngHeader(bytes);
  let palette: Uint8Array | undefined;
  const parts: Uint8Array[] = [];
  for (const { type, data } of chunks(bytes)) {
    if (type === "PLTE") palette = data;
    else if (type === "IDAT") parts.push(data);
    else if (type !== "IHDR" && type !== "IEND" && /^[A-Z]/.test(type)) {
      throw new SyntaxError(`Cannot decode PNG: found the critical chunk ${JSON.stringify(type)}, which is not known`);
    }
  }
  if (header.palette && (!palette || palette.length % 3 !== 0)) throw damaged("a palette image has no sound palette");
  const passes = (header.interlaced ? ADAM7 : WHOLE).map((pass) => {
    const width = Math.ceil((header.width - pass.x) / pass.dx), height = Math.ceil((header.height - pass.y) / pass.dy);
    const stride = Math.ceil((width * header.samples * header.depth) / 8);
    return { ...pass, width, height, stride, size: width > 0 && height > 0 ? (stride + 1) * height : 0 };
  }).filter((pass) => pass.size > 0);
  const size = passes.reduce((sum, pass) => sum + pass.size, 0);
  const raw = inflateExactly(concatenate(parts), size, "zlib");

  const channels = header.samples >= 3 || header.palette ? 3 : 1;
  const data = new Uint8Array(header.width * header.height * channels);
  let at = 0;
  for (const pass of passes) {
    unfilter(raw.subarray(at, at + pass.size), pass.stride, Math.max(1, (header.samples * header.depth) >> 3));
    expand(raw.subarray(at, at + pass.size), pass, header, palette, data);
    at += pass.size;
  }
  return { width: header.width, height: header.height, channels, data };
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) out.set(part, at), at += part.length;
  return out;
}
