/**
 * Stochastic gradient descent with momentum and weight decay, in PyTorch's convention.
 *
 * @module
 */
import { z } from "zod";
import { isRowGradient, sgdStep, sgdStepOnRows, type SgdVariable } from "../tensor/kernels/mod.ts";
import { parameter } from "../tensor/parameter.ts";
import { defineOptimizer, type OptimizerPlugin } from "./optimizer.ts";

const params = z.strictObject({
  momentum: z.number().min(0).lt(1).default(0.9).describe("Momentum μ"),
  weightDecay: z.number().min(0).max(1).default(5e-4).describe(
    "L2 penalty λ, added to the gradient of every parameter",
  ),
  nesterov: z.boolean().default(false).describe("Step along g + μ v instead of v; needs a momentum above 0"),
}).refine(({ nesterov, momentum }) => !nesterov || momentum > 0, {
  path: ["nesterov"],
  error: "nesterov needs a momentum above 0",
});

/**
 * `g ← g + λ p`, `v ← μ v + g`, `p ← p − η v` (with Nesterov `p ← p − η (g + μ v)`).
 *
 * The learning rate multiplies the velocity when it is used, not when it is stored, as in PyTorch; no dampening.
 */
export const sgd: OptimizerPlugin = defineOptimizer({
  name: "sgd",
  version: "1.0.0",
  summary: "Stochastic gradient descent with momentum and weight decay, in PyTorch's convention",
  reference: "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
  formula: "g ← g + λ p; v ← μ v + g; p ← p − η v",
  params,
  create({ momentum, weightDecay, nesterov }, trainable) {
    const state = momentum === 0
      ? []
      : trainable.map(({ name, variable }) =>
        parameter(`${name}.velocity`, new Float32Array(variable.size), { shape: variable.shape, role: "statistic" })
      );
    return {
      state,
      update(gradients, rate, gate) {
        const step = { rate, momentum, nesterov, ...gate ? { gate } : {} }, whole: SgdVariable[] = [];
        for (const [i, { variable }] of trainable.entries()) {
          const gradient = gradients[i]!, velocity = state[i]?.variable;
          const common = { variable, weightDecay, ...velocity ? { velocity } : {} };
          if (isRowGradient(gradient)) sgdStepOnRows({ ...common, gradient }, step);
          else whole.push({ ...common, gradient });
        }
        sgdStep(whole, step);
      },
      dispose: () => state.forEach(({ variable }) => variable.dispose()),
    };
  },
});
