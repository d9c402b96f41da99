/**
 * Stochastic gradient descent with momentum and weight decay, in PyTorch's convention.
 *
 * @module
 */
import { z } from "zod";
import { isRowGradient, sgdStep, sgdStepOnRows, type SgdVariable } from "../tensor/kernels/mod.ts";
import { parameter, type ParameterRole } from "../tensor/parameter.ts";
import type { Tensor1D } from "../tensor/tf.ts";
import { defineOptimizer, type OptimizerPlugin } from "./optimizer.ts";

const weightDecay = z.number().min(0).max(1);

/** Settings of the parameters of one role. */
function group(whose: string) {
  return z.strictObject({
    lr: z.number().min(0).max(1000).default(1).describe("Factor of the schedule's learning rate"),
    weightDecay: weightDecay.optional().describe("λ in place of the common one"),
  }).optional().describe(`Of ${whose}`);
}

const groups = z.strictObject({
  weight: group("the weights of convolutions and dense layers"),
  bias: group("biases"),
  norm: group("scales and shifts of batch norms"),
  slope: group("slopes of PReLUs"),
  class: group("class weights of heads"),
});

const params = z.strictObject({
  momentum: z.number().min(0).lt(1).default(0.9).describe("Momentum μ"),
  weightDecay: weightDecay.default(5e-4).describe("L2 penalty λ, added to the gradient of every parameter"),
  nesterov: z.boolean().default(false).describe("Step along g + μ v instead of v; needs a momentum above 0"),
  groups: groups.default({}).describe(
    "Settings of parameters by their role, such as { bias: { lr: 2, weightDecay: 0 }, norm: { weightDecay: 0 } }: lr is " +
      "a factor of the schedule's rate, 1 by default, and weightDecay replaces the common one",
  ),
}).refine(({ nesterov, momentum }) => !nesterov || momentum > 0, {
  path: ["nesterov"],
  error: "nesterov needs a momentum above 0",
});

/**
 * `g ← g + λ p`, `v ← μ v + g`, `p ← p − η v` (with Nesterov `p ← p − η (g + μ v)`), λ and η by the role of p.
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
  create({ momentum, weightDecay, nesterov, groups }, trainable) {
    const state = momentum === 0
      ? []
      : trainable.map(({ name, variable }) =>
        parameter(`${name}.velocity`, new Float32Array(variable.size), { shape: variable.shape, role: "statistic" })
      );
    const settings = (role: ParameterRole) => {
      const own = role === "statistic" ? undefined : groups[role];
      return { weightDecay: own?.weightDecay ?? weightDecay, rateFactor: own?.lr ?? 1 };
    };
    return {
      state,
      update(gradients, rate, gates = []) {
        const stepOf = (gate: Tensor1D | undefined) => ({ rate, momentum, nesterov, ...gate ? { gate } : {} });
        const whole = new Map<Tensor1D | undefined, SgdVariable[]>();
        for (const [i, { variable, role }] of trainable.entries()) {
          const gradient = gradients[i]!, velocity = state[i]?.variable, gate = gates[i];
          const common = { variable, ...settings(role), ...velocity ? { velocity } : {} };
          if (isRowGradient(gradient)) sgdStepOnRows({ ...common, gradient }, stepOf(gate));
          else {
            if (!whole.has(gate)) whole.set(gate, []);
            whole.get(gate)!.push({ ...common, gradient });
          }
        }
        for (const [gate, variables] of whole) sgdStep(variables, stepOf(gate));
      },
      dispose: () => state.forEach(({ variable }) => variable.dispose()),
    };
  },
});
