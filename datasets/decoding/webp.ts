/**
 * WebP, lossy and lossless, through libwebp's decoder.
 *
 * @module
 */
import libwebp, { type WebPModule } from "@jsquash/webp/codec/dec/webp_dec.js";
import { type Bitmap, checkSize, fromRgba } from "./bitmap.ts";

/** Decoder and version, for the record. */
export const WEBP_DECODER = "@jsquash/webp 1.5.0";

let codec: Promise<WebPModule> | undefined;

/**
 * Reads width and height from the first chunk.
 *
 * Specification: https://developers.google.com/speed/webp/docs/riff_container
 *
 * @throws {SyntaxError} if the header is damaged, the file cut, or the image animated.
 * @throws {RangeError} if it claims an absurd size.
 */
export function readWebpHeader(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30) {
    throw new SyntaxError(`Cannot decode WebP: found ${bytes.length} bytes, a whole file is wanted`);
  }
  const length = view.getUint32(4, true) + 8;
  if (length !== bytes.length && length + 1 !== bytes.length) {
    throw new SyntaxError(`Cannot decode WebP: found ${bytes.length} bytes, its header says ${length}`);
  }
  const size = chunkSize(bytes, view);
  checkSize("WebP", ...size);
  return { width: size[0], height: size[1] };
}

function chunkSize(bytes: Uint8Array, view: DataView): [width: number, height: number] {
  const chunk = String.fromCharCode(...bytes.subarray(12, 16));
  if (chunk === "VP8 ") return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  if (chunk !== "VP8X") throw new SyntaxError(`Cannot decode WebP: found chunk ${JSON.stringify(chunk)} first`);
  if (bytes[20]! & 2) throw new SyntaxError("Cannot decode WebP: found an animation, a still image is wanted");
  return [(view.getUint32(24, true) & 0xffffff) + 1, (view.getUint32(26, true) >>> 8) + 1];
}

/**
 * Decodes a still WebP file; alpha is dropped.
 *
 * @throws {SyntaxError} if the file is damaged or animated.
 * @throws {RangeError} if the header claims an absurd size.
 */
export async function decodeWebp(bytes: Uint8Array): Promise<Bitmap> {
  const { width, height } = readWebpHeader(bytes);
  let pending: Promise<WebPModule>, module: WebPModule;
  do module = await (pending = codec ??= libwebp({ noInitialRun: true })); while (pending !== codec); // another image, decoded while this one waited, has ended the program.
  let image: ImageData | null;
  try {
    image = module.decode(bytes as BufferSource);
  } catch (error) {
    codec = undefined;
    throw new SyntaxError(`Cannot decode WebP: ${String(error)}`, { cause: error });
  }
  if (!image) throw new SyntaxError("Cannot decode WebP: the data is damaged, a whole file is wanted");
  if (image.width !== width || image.height !== height) {
    throw new SyntaxError(
      `Cannot decode WebP: found ${image.width} × ${image.height} pixels, its header says otherwise`,
    );
  }
  return fromRgba(image.data as Uint8ClampedArray, width, height);
}
