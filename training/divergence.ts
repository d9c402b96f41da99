/**
 * What happens when training leaves the finite numbers: the step and the first bad tensor are named.
 *
 * @module
 */
import type { RowGradient } from "../tensor/kernels/mod.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Tensor } from "../tensor/tf.ts";
import { valuesOf } from "./step.ts";

/** Training met a loss or gradient that is not finite; a sweep records it and goes on. */
export class DivergenceError extends Error {
  /** Name of the class. */
  override readonly name = "DivergenceError";
  /** Step, from 1, whose loss or gradient was not finite. */
  readonly step: number;
  /** Loss of that step. */
  readonly loss: number;
  /** First tensor that held a bad value, in the order in which a step computes. */
  readonly tensor: string;

  /** Makes the error; see the fields. */
  constructor(step: number, loss: number, tensor: string) {
    super(
      `Training diverged at step ${step}: loss ${loss}, first bad tensor "${tensor}"; lower the learning rate or the margin`,
    );
    this.step = step;
    this.loss = loss;
    this.tensor = tensor;
  }
}

/**
 * Names the first tensor with a value that is not finite: the images, then the parameters, then their gradients.
 *
 * @returns The name, or `loss` when all of them are finite.
 */
export async function firstBadTensor(step: {
  images: Tensor;
  trainable: readonly Parameter[];
  gradients: readonly (Tensor | RowGradient)[];
}): Promise<string> {
  const suspects: [string, Tensor][] = [
    ["images", step.images],
    ...step.trainable.map(({ name, variable }): [string, Tensor] => [name, variable]),
    ...step.trainable.map(({ name }, i): [string, Tensor] => [`gradient of ${name}`, valuesOf(step.gradients[i]!)]),
  ];
  for (const [name, tensor] of suspects) {
    if (!(await tensor.data()).every((value) => Number.isFinite(value))) return name;
  }
  return "loss";
}
