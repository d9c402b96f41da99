/**
 * Affine warping of images in fixed point, as OpenCV does it.
 *
 * @module
 */
import type { Bitmap } from "../decoding/bitmap.ts";
import type { AffineMatrix } from "./similarity.ts";

/** Bits after the point of a coordinate while it is added up. */
const COORDINATE_BITS = 10;
/** Bits after the point of a coordinate that are left: 32 places between two pixels. */
const PLACE_BITS = 5;
/** Bits of a weight: products of two weights of one axis, in thirty-seconds, sum to 2¹⁰. */
const WEIGHT_BITS = 2 * PLACE_BITS;

/**
 * Warps an image: the pixel at `(x, y)` of the result is that of the source at `M⁻¹ (x, y, 1)`, bilinear, 0 outside.
 * Coordinates are rounded to 1/32 pixel in the way of OpenCV's `warpAffine` with `INTER_LINEAR`, so that networks see
 * the pixels that they were trained on.
 *
 * @param matrix Maps the source's coordinates to the result's; pixel centres are whole numbers.
 * @throws {RangeError} if the matrix has no inverse.
 * @see https://docs.opencv.org/4.6.0/da/d54/group__imgproc__transform.html
 */
export function warpAffine(
  bitmap: Bitmap,
  matrix: AffineMatrix,
  [height, width]: readonly [height: number, width: number],
): Bitmap {
  const { channels } = bitmap, data = new Uint8Array(height * width * channels);
  const [a, b, c, d, e, f] = invert(matrix),
    scale = 2 ** COORDINATE_BITS,
    half = 2 ** (COORDINATE_BITS - PLACE_BITS - 1);
  const acrossX = Int32Array.from({ length: width }, (_, x) => roundToEven(a * x * scale));
  const acrossY = Int32Array.from({ length: width }, (_, x) => roundToEven(d * x * scale));
  for (let y = 0; y < height; y++) {
    const startX = roundToEven((b * y + c) * scale) + half, startY = roundToEven((e * y + f) * scale) + half;
    for (let x = 0; x < width; x++) {
      const fixedX = (startX + acrossX[x]!) >> (COORDINATE_BITS - PLACE_BITS);
      const fixedY = (startY + acrossY[x]!) >> (COORDINATE_BITS - PLACE_BITS);
      blend(bitmap, fixedX, fixedY, data, (y * width + x) * channels);
    }
  }
  return { width, height, channels, data };
}

/** The pixel of an image at a place in thirty-seconds of a pixel, written to `out` at `to`. */
function blend(
  { width, height, channels, data }: Bitmap,
  fixedX: number,
  fixedY: number,
  out: Uint8Array,
  to: number,
): void {
  const left = fixedX >> PLACE_BITS, top = fixedY >> PLACE_BITS, places = 1 << PLACE_BITS;
  if (left < -1 || top < -1 || left >= width || top >= height) return;
  const x = fixedX & (places - 1),
    y = fixedY & (places - 1),
    at = (top * width + left) * channels,
    row = width * channels;
  const inLeft = left >= 0, inRight = left + 1 < width, inTop = top >= 0, inBottom = top + 1 < height;
  for (let channel = 0; channel < channels; channel++) {
    const i = at + channel;
    const upper = (inTop && inLeft ? data[i]! * (places - x) : 0) + (inTop && inRight ? data[i + channels]! * x : 0);
    const lower = (inBottom && inLeft ? data[i + row]! * (places - x) : 0) +
      (inBottom && inRight ? data[i + row + channels]! * x : 0);
    out[to + channel] = (upper * (places - y) + lower * y + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS;
  }
}

/** The inverse of an affine map, in the order of operations of OpenCV. */
function invert([a, b, c, d, e, f]: AffineMatrix): AffineMatrix {
  const determinant = a * e - b * d;
  if (!(Number.isFinite(determinant) && determinant !== 0)) {
    throw new RangeError(`Cannot warp an image by a matrix of determinant ${determinant}: another than 0 is wanted`);
  }
  const inverse = 1 / determinant, a2 = e * inverse, b2 = -b * inverse, d2 = -d * inverse, e2 = a * inverse;
  return [a2, b2, -a2 * c - b2 * f, d2, e2, -d2 * c - e2 * f];
}

/** The nearest whole number in 32 bits; halves go to the even one. */
function roundToEven(value: number): number {
  const floor = Math.floor(value), rest = value - floor;
  const rounded = rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, rounded));
}
