/**
 * From the bytes of an image file to the bytes that a network sees: decoded, aligned, resized, in the wanted channels.
 *
 * @module
 */
import { alignFace, type Alignment } from "./alignment/align.ts";
import { type Bitmap, toChannels } from "./decoding/bitmap.ts";
import { decodeImage, formatOf } from "./decoding/decode.ts";
import { createResizer } from "./decoding/resize.ts";

/** An image as it is stored. */
export interface ImageFile {
  /** Content of the image file. */
  readonly bytes: Uint8Array;
  /** Landmarks of the face, x, y pairs of 5 or 68 points in pixels, where they are known. */
  readonly landmarks?: Float64Array;
}

/** What becomes of every image of a set; plain data, so that it can be sent to a worker. */
export interface Preparation {
  /** How the face is aligned by its landmarks, before all else; absent where it is not. */
  readonly align?: Alignment;
  /** Height and width to resize to, in pixels; `null` to leave images as they are. */
  readonly size: readonly [height: number, width: number] | null;
  /** 1 for grey, 3 for colour. */
  readonly channels: 1 | 3;
  /** Replace each byte v by 255 − v. */
  readonly invert: boolean;
}

/** An image of 8 bits a channel, `[height, width, channels]`. */
export interface PreparedImage {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** `height · width · channels` bytes. */
  readonly bytes: Uint8Array;
}

/** {@link prepareImage}, here or in another thread. */
export type Prepare = (file: ImageFile, preparation: Preparation) => Promise<PreparedImage>;

/** Size of an image file by its header alone, in pixels; `undefined` if that cannot be told. */
export function imageSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  try {
    return formatOf(bytes)?.measure(bytes);
  } catch {
    return undefined;
  }
}

/** Resizers by height and width: their tables are made once. */
const resizers = new Map<string, ReturnType<typeof createResizer>>();

function resizerOf(height: number, width: number): ReturnType<typeof createResizer> {
  const key = `${height}×${width}`, found = resizers.get(key) ?? createResizer(height, width);
  resizers.set(key, found);
  return found;
}

/**
 * Decodes an image file and prepares it: align by its landmarks, resize (antialiased bilinear), convert to grey or
 * colour, invert.
 *
 * @throws {SyntaxError} if the image is damaged or of no known format.
 * @throws {RangeError} if its header claims an absurd size, or its landmarks are missing or cannot be aligned by.
 */
export async function prepareImage({ bytes, landmarks }: ImageFile, preparation: Preparation): Promise<PreparedImage> {
  const { align, size, channels, invert } = preparation;
  const decoded = await decodeImage(bytes);
  const bitmap = toChannels(align ? alignFace(decoded, known(landmarks), align) : decoded, channels);
  const { height, width, data } = size ? resizerOf(...size)(bitmap) : bitmap;
  return { height, width, bytes: invert ? data.map((byte) => 255 - byte) : data };
}

/**
 * Whether an image file is already what its preparation would make of it: read plainly, in as many channels, it gives
 * the same bytes. A grey file may stand for a colour image of equal channels, and the other way round.
 *
 * @throws {SyntaxError} if grey is wanted, so that the file is decoded, and it is damaged.
 */
export async function isPrepared({ bytes }: ImageFile, preparation: Preparation): Promise<boolean> {
  const { align, size, channels, invert } = preparation;
  if (align || invert) return false;
  if (size) {
    const found = imageSize(bytes);
    if (found?.height !== size[0] || found.width !== size[1]) return false;
  }
  return channels === 3 || isGrey(await decodeImage(bytes));
}

function isGrey({ channels, data }: Bitmap): boolean {
  if (channels === 1) return true;
  for (let i = 0; i < data.length; i += 3) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}

function known(landmarks: Float64Array | undefined): Float64Array {
  if (landmarks) return landmarks;
  throw new RangeError("Cannot align the image: it has no landmarks, 5 or 68 points are wanted");
}
