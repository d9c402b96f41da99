/**
 * Alignment of faces: an image is turned, scaled and moved so that its landmarks come to lie on a template.
 *
 * @module
 */
import type { Bitmap } from "../decoding/bitmap.ts";
import { similarityOf } from "./similarity.ts";
import { fivePoints, templateFor } from "./template.ts";
import { warpAffine } from "./warp.ts";

/** How faces are aligned; plain data. */
export interface Alignment {
  /** Height and width of the aligned image, for which {@link templateFor} has a template. */
  readonly size: readonly [height: number, width: number];
}

/**
 * Aligns a face by its landmarks: Umeyama's similarity to the template, bilinear, 0 outside.
 *
 * @param landmarks x, y pairs of 5 or 68 points, in pixels of the image.
 * @throws {RangeError} if no similarity is best or there is no template of the size.
 * @throws {TypeError} if there are neither 5 nor 68 points, or one is not finite.
 */
export function alignFace(bitmap: Bitmap, landmarks: ArrayLike<number>, { size }: Alignment): Bitmap {
  return warpAffine(bitmap, similarityOf(fivePoints(landmarks), templateFor(...size)), size);
}
