/**
 * The images of a set as files: those that it is made of, byte for byte, where these are what the set gives; else PNG,
 * which loses nothing.
 *
 * @module
 */
import { encodePng, type ImageSet, isPrepared } from "../../datasets/mod.ts";
import { knownFormat } from "../../datasets/decoding/decode.ts";
import { readAhead } from "../read_ahead.ts";

/** An image as a file. */
export interface StoredImage {
  /** Its index in the set. */
  readonly index: number;
  /** Content. */
  readonly bytes: Uint8Array;
  /** Ending of its name, such as `jpg`. */
  readonly extension: string;
  /** Whether it is a file of the set, byte for byte. */
  readonly kept: boolean;
}

const EXTENSIONS: Readonly<Record<string, string>> = { JPEG: "jpg", PNG: "png", WebP: "webp" };

/** Images that are read ahead. */
const AHEAD = 64;

/** One image as a file that gives the same pixels. */
export async function storedImage(set: ImageSet, index: number): Promise<StoredImage> {
  const { file, preparation } = set;
  if (file && preparation) {
    const stored = await file(index);
    if (await isPrepared(stored, preparation)) {
      return { index, bytes: stored.bytes, extension: extensionOf(stored.bytes), kept: true };
    }
  }
  const [height, width, channels] = set.shape, data = await set.read(index);
  const bytes = encodePng({ height, width, channels: channels === 1 ? 1 : 3, data });
  return { index, bytes, extension: "png", kept: false };
}

/** Images as files, in the order of `indices`. */
export async function* storedImages(set: ImageSet, indices: ArrayLike<number>): AsyncGenerator<StoredImage> {
  const images = readAhead((i) => storedImage(set, indices[i]!), { end: indices.length, depth: AHEAD });
  try {
    for (let i = 0; i < indices.length; i++) yield await images.get(i);
  } finally {
    await images.close();
  }
}

function extensionOf(bytes: Uint8Array): string {
  const { name } = knownFormat(bytes);
  // P2 and P5 are grey, P3 and P6 colour.
  return EXTENSIONS[name] ?? (bytes[1] === 0x32 || bytes[1] === 0x35 ? "pgm" : "ppm");
}
