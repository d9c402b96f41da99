/**
 * Memory of the class side of a head, told before anything is allocated.
 *
 * @module
 */
import { BUDGET, COMPOSED_SHARE } from "./class_chunks.ts";
import { LARGEST_BINDING } from "./class_weights.ts";
import type { StepMemory } from "./head.ts";

/** What decides the memory of a head with class weights. */
export interface ClassSide {
  /** Number of class-side parameters. */
  readonly parameters: number;
  /** Number of classes. */
  readonly classes: number;
  /** Samples of a part of a batch. */
  readonly batch: number;
  /** Share of the classes that a step samples. */
  readonly sampleRate: number;
  /** Whether the class weights are taken at unit length, so that their gradient is turned once more. */
  readonly normalised: boolean;
  /** What the head says of its step, where that is not the products of kernels. */
  readonly stepMemory?: StepMemory | undefined;
  /** Tensors of the optimizer for each parameter: 1 with momentum, else 0. */
  readonly states: number;
}

/** Floats, and when they are held. */
export interface ClassMemory {
  /** From step to step: weights and the optimizer's state. */
  readonly held: number;
  /** Beside them from the loss to the gradients: products with their gradient, weights' gradient, sampled rows. */
  readonly step: number;
  /** Of it, what stays while the network's gradients are computed: that of the weights, or of the sampled rows. */
  readonly gradient: number;
  /** Beside them in the update: gradient, and one part of the weights anew. */
  readonly update: number;
}

/** The memory of the class side; see `class_loop.ts` for what is held when. */
export function classMemory(side: ClassSide): ClassMemory {
  const { parameters, classes, batch, sampleRate, normalised, states, stepMemory } = side;
  const sampled = Math.ceil(classes * sampleRate), rows = parameters * sampled / Math.max(1, classes);
  const all = batch * sampled, products = Math.min(all, BUDGET);
  // Products that do not fit are computed twice, a cut of the weights at a time: copied, and gradients put together.
  const cut = all > BUDGET ? Math.min(rows, BUDGET / batch * (rows / sampled)) : 0;
  const gathered = sampleRate < 1 ? rows : 0, part = Math.min(parameters, LARGEST_BINDING / 4);
  return {
    held: parameters * (1 + states),
    gradient: rows,
    step: stepMemory
      ? stepMemory.kept + stepMemory.held + rows + gathered
      : 2 * products + rows + gathered + (normalised ? 2 : 1) * cut,
    update: rows + (sampleRate < 1 ? rows * (1 + states) : part),
  };
}

/** What a step on kernels holds where the class weights are one cut: products and their gradient. */
export function kernelMemory(logits: number): StepMemory {
  const products = Math.min(logits, BUDGET);
  return { kept: products, held: products };
}

/**
 * What a step of composed passes holds.
 *
 * @param logits Products of all samples and class weights.
 * @param factor Floats that are held at once for each product of a cut; measured.
 */
export function composedMemory(logits: number, factor: number): StepMemory {
  return { kept: logits > BUDGET ? 0 : logits, held: factor * Math.min(logits, BUDGET * COMPOSED_SHARE) };
}

/** Class-side parameters of a head with one class weight a class and nothing else; see `HeadPlugin.size`. */
export function classWeightCount(
  _params: unknown,
  { classes, embedding }: { readonly classes: number; readonly embedding: number },
): number {
  return classes * embedding;
}
