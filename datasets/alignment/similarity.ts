/**
 * The similarity transform that brings points closest to others.
 *
 * @module
 */

/** An affine map of the plane by rows, `x' = a x + b y + c`, `y' = d x + e y + f`: `[a, b, c, d, e, f]`. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * Umeyama's least-squares similarity: rotation R (never a reflection), scale s and translation t that minimise
 * `Σ ‖d_i − (s R p_i + t)‖²`.
 *
 * With `A = 1/N Σ (d_i − μ_d)(p_i − μ_p)ᵀ` the rotation is `U diag(1, det U det V) Vᵀ` of `A = U S Vᵀ`. In the plane that
 * is, in closed form and whatever the sign of det A and the rank, the direction of `(A₁₁ + A₂₂, A₂₁ − A₁₂)`, whose
 * length is the sum of the singular values, each with its sign. Points on a line have rank 1 and are mapped as any
 * others.
 *
 * @param from Points p, x, y pairs.
 * @param to Points d, as many.
 * @throws {TypeError} if the counts differ.
 * @throws {RangeError} if a coordinate is no finite number, or no rotation is best: all points are one (rank 0), or
 * mirrored evenly.
 * @see https://doi.org/10.1109/34.88573
 */
export function similarityOf(from: ArrayLike<number>, to: ArrayLike<number>): AffineMatrix {
  const count = from.length / 2;
  if (!(Number.isInteger(count) && count >= 1 && to.length === from.length)) {
    throw new TypeError(
      `Cannot align ${from.length} coordinates to ${to.length}: as many x, y pairs are wanted of both`,
    );
  }
  let fromX = 0, fromY = 0, toX = 0, toY = 0;
  for (let i = 0; i < 2 * count; i += 2) {
    fromX += from[i]!, fromY += from[i + 1]!, toX += to[i]!, toY += to[i + 1]!;
  }
  fromX /= count, fromY /= count, toX /= count, toY /= count;
  let along = 0, across = 0, variance = 0, spread = 0;
  for (let i = 0; i < 2 * count; i += 2) {
    const x = from[i]! - fromX, y = from[i + 1]! - fromY, u = to[i]! - toX, v = to[i + 1]! - toY;
    along += x * u + y * v, across += x * v - y * u;
    variance += x * x + y * y, spread += u * u + v * v;
  }
  if (![fromX, fromY, toX, toY, variance].every(Number.isFinite)) {
    throw new RangeError("Cannot align by these landmarks: a coordinate is no finite number");
  }
  // Rounding leaves about 1e-16 of the size where the exact value is 0.
  if (variance <= 1e-24 * (fromX ** 2 + fromY ** 2) || spread <= 1e-24 * (toX ** 2 + toY ** 2)) {
    throw new RangeError("Cannot align by these landmarks: all points are one, points that differ are wanted");
  }
  if (Math.hypot(along, across) <= 1e-12 * Math.sqrt(variance * spread)) {
    throw new RangeError(
      "Cannot align by these landmarks: they are mirrored and no rotation is best, left and right may be exchanged",
    );
  }
  const cos = along / variance, sin = across / variance;
  return [cos, -sin, toX - cos * fromX + sin * fromY, sin, cos, toY - sin * fromX - cos * fromY];
}
