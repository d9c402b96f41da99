/**
 * The images of a set as files: those that it is made of, byte for byte, or PNG where it is made of none.
 *
 * @module
 */
import { encodePng, type ImageSet } from "../../datasets/mod.ts";
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
}

const EXTENSIONS: Readonly<Record<string, string>> = { JPEG: "jpg", PNG: "png", WebP: "webp" };

/** Images that are read ahead. */
const AHEAD = 64;

/** Whether the files of a set can be kept as they are. */
export function hasFiles(set: ImageSet): boolean {
  return set.file !== undefined;
}

/** One image as a file. */
export async function storedImage(set: ImageSet, index: number): Promise<StoredImage> {
  if (!set.file) {
    const [height, width, channels] = set.shape, data = await set.read(index);
    return { index, bytes: encodePng({ height, width, channels: channels === 1 ? 1 : 3, data }), extension: "png" };
  }
  const { bytes } = await set.file(index);
  return { index, bytes, extension: extensionOf(bytes) };
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
