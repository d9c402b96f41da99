/**
 * The step schedule of the ArcFace paper.
 *
 * @module
 */
import { z } from "zod";
import { defineSchedule, type SchedulePlugin } from "./optimizer.ts";
import { learningRate, warmup, withWarmUp } from "./warm_up.ts";

const params = z.strictObject({
  lr: learningRate,
  milestones: z.array(z.int().min(1)).max(100).default([]).refine(
    (steps) => steps.every((step, i) => i === 0 || step > steps[i - 1]!),
    { error: "milestones must increase" },
  ).describe("Steps at which the rate is multiplied by factor"),
  factor: z.number().gt(0).max(1).default(0.1).describe("Multiplier γ at each milestone"),
  warmup,
});

/** `η(t) = η₀ γ^k`, where k is the number of milestones that step t has reached. */
export const step: SchedulePlugin = defineSchedule({
  name: "step",
  version: "1.0.0",
  summary: "Multiplies the learning rate by a factor at each milestone",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "η(t) = η₀ γ^#{milestones ≤ t}",
  params,
  create: ({ lr, milestones, factor, warmup }) =>
    withWarmUp(lr, warmup, (step) => lr * factor ** milestones.filter((at) => at <= step).length),
});
