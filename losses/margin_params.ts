/**
 * The parameters that margin heads share, each with its symbol, unit and range.
 *
 * @module
 */
import { z } from "zod";
import { type Tensor, type Tensor1D, tf } from "../tensor/tf.ts";
import { type Boundary, fallbackProblem } from "./margin.ts";

/** How the target logit's gradient is taken: of the formula, or straight through as if there were no margin. */
export type GradientMode = "exact" | "detached";

/** What is passed on as the target logit's derivative, shape of `derivative`: itself, or 1 straight through. */
export function slopeOf(mode: GradientMode, derivative: Tensor): Tensor1D {
  return (mode === "exact" ? derivative : tf.onesLike(derivative)) as Tensor1D;
}

/** Shape of the schema part that every margin head has. */
export type MarginShape = {
  /** See {@link scale}. */
  s: z.ZodDefault<z.ZodNumber>;
  /** See {@link marginShape}. */
  gradient: z.ZodDefault<z.ZodEnum<{ exact: "exact"; detached: "detached" }>>;
  /** See {@link marginShape}. */
  boundary: z.ZodDefault<z.ZodEnum<{ [B in Boundary]: B }>>;
  /** See {@link marginShape}. */
  epsilon: z.ZodDefault<z.ZodNumber>;
  /** See {@link sampleRate}. */
  sampleRate: z.ZodDefault<z.ZodNumber>;
};

/** What {@link marginShape} may be told. */
export interface MarginShapeOptions {
  /** Default of `boundary`. */
  readonly boundary?: Boundary;
  /** Added to the description of `gradient`. */
  readonly gradientNote?: string;
  /** Added to the description of `boundary`. */
  readonly boundaryNote?: string;
}

/** Scale `s` of the logits, the radius of the hypersphere: positive, at most 1000. */
export function scale(standard: number): z.ZodDefault<z.ZodNumber> {
  return z.number().positive().max(1000).default(standard).describe("Scale s of the logits, no unit, in (0, 1000]");
}

/** The parameters `s`, `gradient`, `boundary`, `epsilon` and `sampleRate`, which public code bases set differently in silence. */
export function marginShape(s: number, options: MarginShapeOptions = {}): MarginShape {
  const { boundary = "none", gradientNote = "", boundaryNote = "" } = options;
  return {
    s: scale(s),
    gradient: z.enum(["exact", "detached"]).default("exact").describe(
      `Gradient of the target logit: exact is that of the formula; detached is s, straight through${gradientNote}`,
    ),
    boundary: z.enum(["none", "fallback", "easy", "clip", "reflect"]).default(boundary).describe(
      "Target logit where the margined angle passes pi: none (rises again), fallback (cos θ - m sin m), " +
        `easy (no margin at all where cos θ <= 0), clip (flat), reflect (falls on, C1)${boundaryNote}`,
    ),
    epsilon: cosineClamp(1e-6),
    sampleRate: sampleRate(),
  };
}

/** Weight t of a batch in a running average, `a ← (1 − t) a + t x`, without unit, within `(0, 1]`. */
export function momentum(symbol: string, standard: number, note: string = ""): z.ZodDefault<z.ZodNumber> {
  return z.number().positive().max(1).default(standard).describe(
    `Weight ${symbol} of a batch in the running average, no unit, in (0, 1]${note}`,
  );
}

/** The ε of the clamp of the target's cosine, `c ← min(max(c, ε − 1), 1 − ε)`, cosine units. */
export function cosineClamp(standard: number): z.ZodDefault<z.ZodNumber> {
  return z.number().min(1e-7).max(1e-2).default(standard).describe(
    "The target cosine is clamped to ±(1 - epsilon); cosine units, in [1e-7, 1e-2], so that float32 can see it",
  );
}

/** Number of centres of a class. */
export function centres(standard: number): z.ZodDefault<z.ZodInt> {
  return z.int().min(1).max(32).default(standard).describe("Centres k of each class, of which the nearest counts");
}

/** Partial FC: the share of the classes that a step computes with and updates. */
export function sampleRate(): z.ZodDefault<z.ZodNumber> {
  return z.number().positive().max(1).default(1).describe(
    "Share r of the classes in a step, in (0, 1]: those of the batch and a uniform sample of the others (Partial FC)",
  );
}

/** An additive angular margin in radians, within `[0, π/2]`; a value in degrees is an error that says so. */
export function radians(symbol: string, standard: number): z.ZodDefault<z.ZodNumber> {
  const error = ({ input }: { input?: unknown }) => radiansProblem(symbol, Number(input));
  return z.number().min(0, { error }).max(Math.PI / 2, { error }).default(standard).describe(
    `Additive angular margin ${symbol}, in radians, in [0, pi/2] (0.5 is 28.6 degrees)`,
  );
}

function radiansProblem(symbol: string, value: number): string {
  const problem = `Cannot use ${symbol} = ${value}: ${symbol} is in radians, in [0, ${(Math.PI / 2).toFixed(3)}]`;
  if (value <= 2 * Math.PI) return problem;
  const converted = (value * Math.PI / 180).toFixed(3);
  return `${problem}; ${value} looks like degrees, which would be ${converted} radians: write ${symbol}: ${converted}`;
}

/** A factor of the angle without unit, m1 of `cos(m1 θ + m2) − m3`, from `minimum` to 8. */
export function angleFactor(symbol: string, standard: number, minimum: number): z.ZodDefault<z.ZodNumber> {
  return z.number().min(minimum).max(8).default(standard).describe(
    `Multiplicative angular margin ${symbol}, a factor without unit, in [${minimum}, 8]; 1 is none`,
  );
}

/** A margin taken from the cosine, m3 of `cos(m1 θ + m2) − m3`, cosine units, within `[0, 1]`. */
export function cosineMargin(symbol: string, standard: number): z.ZodDefault<z.ZodNumber> {
  return z.number().min(0).max(1).default(standard).describe(
    `Additive cosine margin ${symbol}, in cosine units, in [0, 1]`,
  );
}

/** Refinement for heads that multiply the angle: `fallback` is defined without a factor only. */
export function refuseFallback(
  symbol: string,
): (params: Record<string, unknown>, context: z.RefinementCtx) => void {
  return (params, context) => {
    const factor = params[symbol];
    if (params["boundary"] !== "fallback" || factor === 1) return;
    context.addIssue({ code: "custom", path: ["boundary"], message: fallbackProblem(symbol, Number(factor)) });
  };
}
