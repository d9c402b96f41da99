/**
 * What a margin head looks like: its target-logit curve and its decision boundary between two classes, as data.
 *
 * Source: J. Deng et al., "ArcFace", Figures 4(b) and 5, https://arxiv.org/abs/1801.07698.
 *
 * ```ts
 * import { createMargin } from "./margin.ts";
 * import { targetLogitCurve } from "./curves.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { degrees, values } = targetLogitCurve(createMargin({ m3: 0.35 }), { step: 45 });
 * assertAlmostEquals(values[degrees.indexOf(90)]!, -0.35, 1e-12);
 * ```
 *
 * @module
 */
import type { HeadPlugin } from "./head.ts";
import { type Margin, targetLogit } from "./margin.ts";
import type { MarginHeadPlugin } from "./margin_head.ts";

const DEGREE = Math.PI / 180;

/** How finely a curve is sampled. */
export interface CurveOptions {
  /** Degrees between neighbours; 180 is a multiple of it. By default 2. */
  readonly step?: number;
}

/** A target-logit curve. */
export interface TargetLogitCurve {
  /** Angles θ_y in degrees, from 0 to 180. */
  readonly degrees: readonly number[];
  /** `φ(θ_y)`, the target logit divided by the scale, one for each angle. */
  readonly values: readonly number[];
}

/** Points of one class's side of a boundary, in degrees. */
export interface BoundaryCurve {
  /** Angles to the first class's weight. */
  readonly theta1: readonly number[];
  /** Angles to the second class's weight, one for each of `theta1`. */
  readonly theta2: readonly number[];
}

/** The boundaries between two classes; what lies between them is the margin. */
export interface DecisionBoundary {
  /** `φ(θ1) = cos θ2`: where samples of the first class begin to win against the second. */
  readonly first: BoundaryCurve;
  /** `φ(θ2) = cos θ1`: where samples of the second class begin to win against the first. */
  readonly second: BoundaryCurve;
}

/** Whether a head's target logit is a pure function of the target cosine. */
export function isMarginHead(plugin: HeadPlugin): plugin is MarginHeadPlugin {
  return typeof (plugin as Partial<MarginHeadPlugin>).margin === "function";
}

/**
 * Target logit of unit scale, `φ(θ_y) = cos(m1 θ_y + m2) − m3`, over θ_y from 0 to 180 degrees; past π it is what the
 * margin's boundary says, and the clamp by epsilon, which training has, is left out.
 *
 * @returns `180 / step + 1` points.
 * @throws {RangeError} if 180 is no multiple of the step.
 */
export function targetLogitCurve(margin: Margin, options: CurveOptions = {}): TargetLogitCurve {
  const degrees = angles(options), exact = { ...margin, epsilon: 0 };
  return { degrees, values: degrees.map((angle) => targetLogit(exact, Math.cos(angle * DEGREE))) };
}

/**
 * Decision boundaries of two classes: `θ2 = arccos φ(θ1)`, with the target logit φ of {@link targetLogitCurve}, and the
 * same with the classes exchanged; where φ leaves `[−1, 1]` no angle solves the equation.
 *
 * @returns Angles in degrees.
 * @throws {RangeError} if 180 is no multiple of the step.
 */
export function decisionBoundary(margin: Margin, options: CurveOptions = {}): DecisionBoundary {
  const { degrees, values } = targetLogitCurve(margin, options);
  const on = degrees.map((own, i) => ({ own, other: Math.acos(values[i]!) / DEGREE }))
    .filter(({ other }) => !Number.isNaN(other));
  const own = on.map((point) => point.own), other = on.map((point) => point.other);
  return { first: { theta1: own, theta2: other }, second: { theta1: other, theta2: own } };
}

function angles({ step = 2 }: CurveOptions): number[] {
  const count = 180 / step;
  if (Number.isInteger(count) && count >= 1) return Array.from({ length: count + 1 }, (_, i) => i * step);
  throw new RangeError(`Cannot sample a curve every ${step} degrees: 180 is no multiple of it, such as 1, 2 or 5`);
}
