/**
 * Additive margins that differ from sample to sample: target logit `cos(θ + m2) − m3`, its derivatives in the cosine and
 * in m2, and the same boundaries past θ + m2 = π as in `margin.ts`.
 *
 * @module
 */
import { type Algebra, clampedAngle } from "./algebra.ts";
import type { Boundary, MarginPoint } from "./margin.ts";

/** A margin for each sample. */
export interface SampleMargin<T> {
  /** Added to the angle, in radians, within `[−π/2, π/2]`; only a positive one can pass π. */
  readonly m2?: T;
  /** Taken from the cosine, in cosine units. */
  readonly m3?: T;
  /** See `Margin.boundary`. */
  readonly boundary: Boundary;
  /** The cosine is clamped to `±(1 − epsilon)`. */
  readonly epsilon: number;
}

/** The target logit of unit scale and what goes with it. */
export interface SampleMarginPoint<T> extends MarginPoint<T> {
  /** `∂φ/∂m2`. */
  readonly inAngle: T;
}

/**
 * Evaluates margins at target cosines, in closed form; no gradient needs to flow through this.
 *
 * @param algebra What `T` is: numbers or tensors.
 * @param cosine Cosine of each sample to its own class, within `[−1, 1]`.
 * @param across Sine of that angle, where it is known better than from the cosine.
 *
 * @example The target logit of ArcFace
 * ```ts
 * import { numbers } from "./algebra.ts";
 * import { evaluateSampleMargin } from "./sample_margin.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { value } = evaluateSampleMargin(numbers, { m2: 0.5, boundary: "none", epsilon: 1e-6 }, 0);
 * assertAlmostEquals(value, Math.cos(Math.PI / 2 + 0.5), 1e-12);
 * ```
 */
export function evaluateSampleMargin<T>(
  algebra: Algebra<T>,
  margin: SampleMargin<T>,
  cosine: T,
  across?: T,
): SampleMarginPoint<T> {
  const { constant, add, sub, mul, div, select, less } = algebra, { boundary, epsilon } = margin;
  const zero = constant(0), one = constant(1), m2 = margin.m2 ?? zero, m3 = margin.m3 ?? zero;
  const { cosine: c, sine } = clampedAngle(algebra, { cosine, sine: across, epsilon });
  const cosM = algebra.cos(m2), sinM = algebra.sin(m2);
  const turned = sub(mul(c, cosM), mul(sine, sinM)), turnedSine = add(mul(sine, cosM), mul(c, sinM));
  const past = mul(less(zero, m2), less(c, sub(zero, cosM))), none = mul(c, zero), all = add(none, one);
  const inside = { value: sub(turned, m3), derivative: div(turnedSine, sine), inAngle: sub(zero, turnedSine) };
  const beyond = (mask: T, value: T, derivative: T, inAngle: T) => ({
    value: select(mask, inside.value, value),
    derivative: select(mask, inside.derivative, derivative),
    inAngle: select(mask, inside.inAngle, inAngle),
    past,
  });
  const before = sub(one, past);
  if (boundary === "easy") return beyond(less(zero, c), c, all, none);
  if (boundary === "fallback") {
    return beyond(before, sub(sub(c, mul(m2, sinM)), m3), all, sub(none, add(sinM, mul(m2, cosM))));
  }
  if (boundary === "clip") return beyond(before, sub(sub(none, one), m3), none, none);
  if (boundary === "reflect") {
    const folded = sub(sub(constant(-2), turned), m3);
    return beyond(before, folded, sub(zero, inside.derivative), turnedSine);
  }
  return { ...inside, past };
}
