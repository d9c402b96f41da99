/**
 * The margin family in closed form: target logit `φ(θ) = cos(m1 θ + m2) − m3`, its derivative in the cosine, and what
 * happens where `m1 θ + m2` passes π.
 *
 * Source: J. Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", equation 4,
 * https://arxiv.org/abs/1801.07698; ψ of `reflect`: W. Liu et al., "SphereFace", https://arxiv.org/abs/1704.08063.
 *
 * ```ts
 * import { createMargin, targetLogit } from "./margin.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const arcface = createMargin({ m2: 0.5 });
 * assertAlmostEquals(targetLogit(arcface, 0), Math.cos(Math.PI / 2 + 0.5), 1e-12);
 * ```
 *
 * @module
 */
import { type Algebra, clampedAngle, numbers } from "./algebra.ts";

/** What the target logit does past the boundary `m1 θ + m2 = π`, where the cosine would rise again. */
export type Boundary = "none" | "fallback" | "easy" | "clip" | "reflect";

/** A margin: three sizes, and how it ends. */
export interface Margin {
  /** Factor of the angle, without unit; 1 is none. */
  readonly m1: number;
  /** Added to the angle, in radians; 0 is none. */
  readonly m2: number;
  /** Taken from the cosine, in cosine units; 0 is none. */
  readonly m3: number;
  /**
   * Past `m1 θ + m2 = π`, with `c = cos θ` and `k = ⌊(m1 θ + m2)/π⌋`:
   * `none`: the formula as it stands; `fallback`: `c − m2 sin m2 − m3` (m1 = 1 only); `clip`: `−1 − m3`, flat;
   * `reflect`: `(−1)^k cos(m1 θ + m2) − 2k − m3`. `easy`: the formula where `c > 0`, plain `c` elsewhere.
   */
  readonly boundary: Boundary;
  /** The cosine is clamped to `±(1 − epsilon)`, which keeps the derivative finite. */
  readonly epsilon: number;
}

/** The target logit of unit scale and what goes with it. */
export interface MarginPoint<T> {
  /** `φ`, the target logit divided by the scale. */
  readonly value: T;
  /** `dφ/dc = m1 sin(m1 θ + m2) / sin θ`, or what the boundary makes of it; at the clamp, its value there. */
  readonly derivative: T;
  /** 1 where `m1 θ + m2 > π`, else 0. */
  readonly past: T;
}

/** A {@link Margin} from the parts that differ from none: m1 = 1, m2 = m3 = 0, boundary `none`, epsilon 1e-6. */
export function createMargin(parts: Partial<Margin>): Margin {
  return Object.freeze({ m1: 1, m2: 0, m3: 0, boundary: "none", epsilon: 1e-6, ...parts });
}

/**
 * Evaluates a margin at target cosines, with its derivative; no gradient needs to flow through this.
 *
 * @param algebra What `T` is: {@link numbers} or tensors.
 * @param cosine Cosine of each sample to its own class, within `[−1, 1]`.
 * @param across Sine of that angle, where it is known better than from the cosine.
 * @throws {RangeError} for boundary `fallback` with `m1` other than 1.
 */
export function evaluateMargin<T>(algebra: Algebra<T>, margin: Margin, cosine: T, across?: T): MarginPoint<T> {
  const { constant, add, sub, mul, div, select, less } = algebra;
  const { m1, m2, m3, boundary, epsilon } = margin;
  const { cosine: c, sine } = clampedAngle(algebra, { cosine, sine: across, epsilon });
  const turned = turn(algebra, margin, c, sine);
  const value = minus(algebra, turned.cos, m3);
  const ratio = div(turned.sin, sine);
  const derivative = m1 === 1 ? ratio : mul(constant(m1), ratio);
  const passes = boundaryCosines(margin).map((threshold) => less(c, constant(threshold)));
  const past = passes[0] ?? mul(c, constant(0));
  if (boundary === "fallback" && m1 !== 1) throw new RangeError(fallbackProblem("m1", m1));
  if (boundary === "easy") {
    const inside = less(constant(0), c);
    return { value: select(inside, value, c), derivative: select(inside, derivative, constant(1)), past };
  }
  if (boundary === "none" || passes.length === 0) return { value, derivative, past };
  if (boundary === "clip") {
    return {
      value: select(past, constant(-1 - m3), value),
      derivative: select(past, constant(0), derivative),
      past,
    };
  }
  if (boundary === "fallback") {
    return {
      value: select(past, minus(algebra, c, m2 * Math.sin(m2) + m3), value),
      derivative: select(past, constant(1), derivative),
      past,
    };
  }
  const k = passes.reduce((sum, pass) => add(sum, pass));
  const sign = passes.map((pass) => sub(constant(1), mul(constant(2), pass))).reduce((product, s) => mul(product, s));
  return {
    value: minus(algebra, sub(mul(sign, turned.cos), mul(constant(2), k)), m3),
    derivative: mul(sign, derivative),
    past,
  };
}

/** `x − offset`; `x` itself when there is nothing to take. */
function minus<T>(algebra: Algebra<T>, x: T, offset: number): T {
  return offset === 0 ? x : algebra.sub(x, algebra.constant(offset));
}

/** Cosine and sine of `m1 θ + m2`. With m1 = 1 this is the angle-addition theorem, so no angle is ever taken. */
function turn<T>(algebra: Algebra<T>, margin: Margin, cos: T, sin: T): { cos: T; sin: T } {
  const { constant, add, sub, mul } = algebra;
  const { m1, m2 } = margin;
  if (m1 !== 1) {
    const angle = mul(constant(m1), algebra.atan2(sin, cos));
    cos = algebra.cos(angle);
    sin = algebra.sin(angle);
  }
  if (m2 === 0) return { cos, sin };
  const cosM = constant(Math.cos(m2)), sinM = constant(Math.sin(m2));
  return { cos: sub(mul(cos, cosM), mul(sin, sinM)), sin: add(mul(sin, cosM), mul(cos, sinM)) };
}

/** Cosines at which `m1 θ + m2` passes π, 2π, … on `(0, π)`: sample past the k-th when its cosine is below it. */
function boundaryCosines({ m1, m2 }: Margin): number[] {
  const count = Math.max(0, Math.ceil(m1 + m2 / Math.PI) - 1);
  return Array.from({ length: count }, (_, i) => Math.cos(((i + 1) * Math.PI - m2) / m1));
}

/** Why `fallback` cannot be used when the angle is multiplied; `name` is what the head calls the factor. */
export function fallbackProblem(name: string, value: number): string {
  return `Cannot use boundary "fallback" with ${name} = ${value}: c - m sin(m) is defined for ${name} = 1 only; ` +
    'use "reflect", "clip", "easy" or "none"';
}

/**
 * Target logit of unit scale at one cosine, `φ(θ)`: the curves of Figure 4 of the ArcFace paper.
 *
 * @param cosine Cosine of the sample to its class.
 */
export function targetLogit(margin: Margin, cosine: number): number {
  return evaluateMargin(numbers, margin, cosine).value;
}

/**
 * Derivative of {@link targetLogit} in the cosine, in closed form: `dφ/d cos θ = m1 sin(m1 θ + m2) / sin θ`, up to what
 * the boundary and the clamp by epsilon make of it.
 *
 * @param cosine Cosine of the sample to its class.
 */
export function targetLogitDerivative(margin: Margin, cosine: number): number {
  return evaluateMargin(numbers, margin, cosine).derivative;
}

/** Angle `(π − m2)/m1` in radians past which boundary `none` rises again; `undefined` if that is never. */
export function boundaryAngle({ m1, m2 }: Margin): number | undefined {
  const angle = (Math.PI - m2) / m1;
  return angle < Math.PI ? angle : undefined;
}
