/**
 * Where the five points of a face lie in an aligned image, and the five among 68.
 *
 * @module
 */

/** The 112×112 template of insightface: left eye, right eye, nose, left and right corner of the mouth, as x, y. */
export const TEMPLATE_112: readonly number[] = Object.freeze(
  [38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041],
);

/** The 96 columns in the middle of 112: points move left by this. */
const NARROWER = 8;

/** What {@link templateFor} takes, for messages. */
export const TEMPLATE_SIZES = "[112, 112], [112, 96], multiples of them, or a square of a multiple of 128";

/**
 * The five points of the template of ArcFace's preprocessing in an image of the given size, x, y pairs in pixels.
 *
 * `[112 k, 112 k]`: the template × k. `[112 k, 96 k]`: x − 8 first, as in SphereFace and CosFace. `[128 k, 128 k]`: the
 * template moved right by 8, × k, so that the face keeps its size and gets margins. Squares that 112 and 128 divide are
 * of the first kind.
 *
 * @throws {RangeError} if there is no template of the size.
 * @see https://github.com/deepinsight/insightface
 */
export function templateFor(height: number, width: number): Float64Array {
  const found = placement(height, width);
  if (!found) {
    throw new RangeError(
      `Cannot align to ${height} × ${width} pixels: no template is of this size, ${TEMPLATE_SIZES} is wanted`,
    );
  }
  const { scale, right } = found;
  return Float64Array.from(TEMPLATE_112, (value, i) => (i % 2 === 0 ? value + right : value) * scale);
}

/** Whether {@link templateFor} has a template of this size. */
export function hasTemplate(height: number, width: number): boolean {
  return placement(height, width) !== undefined;
}

function placement(height: number, width: number): { scale: number; right: number } | undefined {
  if (!(height > 0 && width > 0)) return undefined;
  const k = height / 112;
  if (Number.isInteger(k) && width === height) return { scale: k, right: 0 };
  if (Number.isInteger(k) && width === 96 * k) return { scale: k, right: -NARROWER };
  if (height % 128 === 0 && width === height) return { scale: height / 128, right: NARROWER };
  return undefined;
}

/** Corners of the eyes, tip of the nose and corners of the mouth among 68 points (numbers from 0). */
const CORNERS = { eyes: [[36, 39], [42, 45]], others: [30, 48, 54] } as const;

/**
 * The five points of {@link templateFor} among the landmarks of a face: five themselves, or of 68 (as numbered by
 * Multi-PIE and dlib) the middle of each eye's corners 36, 39 and 42, 45, the nose's tip 30, the mouth's corners 48, 54.
 *
 * @param landmarks x, y pairs in pixels of the image.
 * @throws {TypeError} if there are neither 5 nor 68.
 */
export function fivePoints(landmarks: ArrayLike<number>): Float64Array {
  if (landmarks.length === 10) return Float64Array.from(landmarks);
  if (landmarks.length !== 136) {
    throw new TypeError(`Cannot align by ${landmarks.length} coordinates: wanted x and y of 5 or of 68 points`);
  }
  const points: number[] = [];
  for (const [a, b] of CORNERS.eyes) {
    for (const axis of [0, 1]) points.push((landmarks[2 * a + axis]! + landmarks[2 * b + axis]!) / 2);
  }
  for (const point of CORNERS.others) points.push(landmarks[2 * point]!, landmarks[2 * point + 1]!);
  return Float64Array.from(points);
}
