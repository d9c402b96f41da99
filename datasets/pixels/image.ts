/**
 * Bytes of the augmentations' contract as images.
 *
 * @module
 */
import type { Bitmap } from "../decoding/bitmap.ts";

/** Height, width and channels of images. */
export type Shape = readonly [height: number, width: number, channels: number];

/**
 * Makes the function that sees bytes of this shape as an image; nothing is copied.
 *
 * @param action What is done to the images, for the message: `blur`.
 * @throws {RangeError} if they have neither 1 nor 3 channels.
 */
export function bitmapsOf(action: string, [height, width, channels]: Shape): (data: Uint8Array) => Bitmap {
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`Cannot ${action} images of ${channels} channels: 1 or 3 are wanted`);
  }
  return (data) => ({ height, width, channels, data });
}

/** @throws {RangeError} if the images are not of 3 channels. */
export function wantColour(action: string, channels: number, hint: string): void {
  if (channels === 3) return;
  throw new RangeError(`Cannot ${action} images of ${channels} channel: colour images are wanted, ${hint}`);
}
