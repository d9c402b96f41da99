/**
 * What the learning-rate schedules share: the base rate and a linear warm-up.
 *
 * @module
 */
import { z } from "zod";

/** Parameter `lr`. */
export const learningRate: z.ZodDefault<z.ZodNumber> = z.number().gt(0).max(100).default(0.1)
  .describe("Base learning rate η₀");

/** Parameter `warmup`. */
export const warmup: z.ZodDefault<z.ZodInt> = z.int().min(0).max(1e9).default(0)
  .describe("Steps of linear warm-up: step t < warmup uses η₀ (t + 1) / warmup");

/**
 * Puts a linear warm-up before a schedule: `η(t) = η₀ (t + 1) / w` for `t < w`.
 *
 * @param base Base learning rate η₀.
 * @param steps Length w of the warm-up.
 * @param after The schedule from step w on, as a function of the step counted from 0.
 */
export function withWarmUp(base: number, steps: number, after: (step: number) => number): (step: number) => number {
  return (step) => step < steps ? base * (step + 1) / steps : after(step);
}
