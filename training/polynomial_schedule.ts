/**
 * Polynomial decay, the schedule of the public PyTorch ArcFace code.
 *
 * @module
 */
import { z } from "zod";
import { defineSchedule, type SchedulePlugin } from "./optimizer.ts";
import { learningRate, warmup, withWarmUp } from "./warm_up.ts";

const params = z.strictObject({
  lr: learningRate,
  power: z.number().gt(0).max(10).default(1).describe("Exponent p of the decay"),
  warmup,
});

/** `η(t) = η₀ (1 − (t − w) / (T − w))^p` after a warm-up of w steps, T the steps of the run. */
export const polynomial: SchedulePlugin = defineSchedule({
  name: "polynomial",
  version: "1.0.0",
  summary: "Polynomial decay to 0 at the end of the run",
  reference: "https://arxiv.org/abs/1506.04579",
  formula: "η(t) = η₀ (1 − (t − w) / (T − w))^p",
  params,
  create: ({ lr, power, warmup }, steps) =>
    withWarmUp(lr, warmup, (step) => lr * Math.max(0, 1 - (step - warmup) / Math.max(1, steps - warmup)) ** power),
});
