/**
 * Cosine decay without restarts.
 *
 * @module
 */
import { z } from "zod";
import { defineSchedule, type SchedulePlugin } from "./optimizer.ts";
import { learningRate, warmup, withWarmUp } from "./warm_up.ts";

const params = z.strictObject({
  lr: learningRate,
  end: z.number().min(0).max(1).default(0).describe("Final rate as a fraction ρ of η₀"),
  warmup,
});

/** `η(t) = η₀ (ρ + (1 − ρ) (1 + cos(π (t − w) / (T − w))) / 2)` after a warm-up of w steps. */
export const cosine: SchedulePlugin = defineSchedule({
  name: "cosine",
  version: "1.0.0",
  summary: "Cosine decay to a fraction of the base rate at the end of the run",
  reference: "https://arxiv.org/abs/1608.03983",
  formula: "η(t) = η₀ (ρ + (1 − ρ) (1 + cos(π (t − w) / (T − w))) / 2)",
  params,
  create: ({ lr, end, warmup }, steps) =>
    withWarmUp(lr, warmup, (step) => {
      const share = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
      return lr * (end + (1 - end) * (1 + Math.cos(Math.PI * share)) / 2);
    }),
});
