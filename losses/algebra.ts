/**
 * The few operations that a margin is written in, over plain numbers and over tensors, so that curves, finite
 * differences and training come from one formula.
 *
 * @module
 */
import { type Tensor, tf } from "../tensor/tf.ts";

/** Real arithmetic over values of type `T`; masks are values that are 1 or 0. */
export interface Algebra<T> {
  /** The value of a number. */
  constant(value: number): T;
  /** `a + b`. */
  add(a: T, b: T): T;
  /** `a − b`. */
  sub(a: T, b: T): T;
  /** `a · b`. */
  mul(a: T, b: T): T;
  /** `a / b`. */
  div(a: T, b: T): T;
  /** Square root. */
  sqrt(x: T): T;
  /** Cosine of an angle in radians. */
  cos(x: T): T;
  /** Sine of an angle in radians. */
  sin(x: T): T;
  /** Angle of the point `(x, y)`, in radians within `(−π, π]`. */
  atan2(y: T, x: T): T;
  /** `min(max(x, low), high)`. */
  clamp(x: T, low: number, high: number): T;
  /** 1 where `a < b`, else 0. */
  less(a: T, b: T): T;
  /** `a` where `mask` is 1, `b` where it is 0. */
  select(mask: T, a: T, b: T): T;
}

/** Plain numbers, in float64: curves, tests, finite differences. */
export const numbers: Algebra<number> = Object.freeze({
  constant: (value: number) => value,
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  sqrt: Math.sqrt,
  cos: Math.cos,
  sin: Math.sin,
  atan2: Math.atan2,
  clamp: (x: number, low: number, high: number) => Math.min(Math.max(x, low), high),
  less: (a: number, b: number) => a < b ? 1 : 0,
  select: (mask: number, a: number, b: number) => mask === 1 ? a : b,
});

/** Tensors, in float32, element by element; the caller wraps them in a `tf.tidy`. */
export const tensors: Algebra<Tensor> = Object.freeze({
  constant: (value: number) => tf.scalar(value),
  add: (a: Tensor, b: Tensor) => tf.add(a, b),
  sub: (a: Tensor, b: Tensor) => tf.sub(a, b),
  mul: (a: Tensor, b: Tensor) => tf.mul(a, b),
  div: (a: Tensor, b: Tensor) => tf.div(a, b),
  sqrt: (x: Tensor) => tf.sqrt(x),
  cos: (x: Tensor) => tf.cos(x),
  sin: (x: Tensor) => tf.sin(x),
  atan2: (y: Tensor, x: Tensor) => tf.atan2(y, x),
  clamp: (x: Tensor, low: number, high: number) => tf.clipByValue(x, low, high),
  less: (a: Tensor, b: Tensor) => tf.cast(tf.less(a, b), "float32"),
  select: (mask: Tensor, a: Tensor, b: Tensor) => tf.where(tf.cast(mask, "bool"), a, b),
});

/**
 * Sine of the angle whose cosine is given: `sin θ = √((1 − c)(1 + c))`, exact near both ends, where `1 − c²` is not.
 *
 * @param cosine Cosine within `[−1, 1]`.
 */
export function sineOf<T>(algebra: Algebra<T>, cosine: T): T {
  const one = algebra.constant(1);
  return algebra.sqrt(algebra.mul(algebra.sub(one, cosine), algebra.add(one, cosine)));
}

/** A cosine clamped to `±(1 − epsilon)` with the sine of its angle: that which is given, not below what the clamp leaves. */
export function clampedAngle<T>(
  algebra: Algebra<T>,
  { cosine, sine, epsilon }: { readonly cosine: T; readonly sine?: T | undefined; readonly epsilon: number },
): { cosine: T; sine: T } {
  const clamped = algebra.clamp(cosine, epsilon - 1, 1 - epsilon);
  const least = Math.sqrt(epsilon * (2 - epsilon));
  return { cosine: clamped, sine: sine === undefined ? sineOf(algebra, clamped) : algebra.clamp(sine, least, 1) };
}

/**
 * Angle of a cosine, in radians: `θ = atan2(sin θ, c)`. On WebGPU `acos` is only good to about 2e-4, this to 4e-6.
 *
 * @param cosine Cosine; rounding beyond `[−1, 1]` is cut off.
 */
export function angleOf<T>(algebra: Algebra<T>, cosine: T): T {
  const c = algebra.clamp(cosine, -1, 1);
  return algebra.atan2(sineOf(algebra, c), c);
}
