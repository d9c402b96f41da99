/**
 * A network as a description: shapes, parameters, costs and memory are known before anything is allocated. Each module
 * brings its own backward pass, so that a step frees every tensor as soon as nothing needs it any more.
 *
 * @module
 */
import type { Gradients } from "../tensor/gradients.ts";
import type { ParameterRole } from "../tensor/parameter.ts";
import type { Random } from "../tensor/random.ts";
import type { Tensor, Variable } from "../tensor/tf.ts";
import type { TorchLayout } from "../tensor/torch_layout.ts";
import type { PassMemory } from "./backbone.ts";
import type { Emit } from "./graph.ts";
import type { Initialiser } from "./initialisers.ts";
import type { Averages } from "./running_average.ts";

/** Shape of one sample: `[h, w, c]` or `[d]`. */
export type Shape = readonly number[];

/** A parameter that a module will need. */
export interface Slot {
  /** Name in checkpoints. */
  readonly name: string;
  /** Shape of the variable. */
  readonly shape: number[];
  /** What it is, so that optimizers can treat groups apart. */
  readonly role: ParameterRole;
  /** Whether gradients update it; by default all but statistics. */
  readonly trainable?: boolean;
  /** Gives its first values. */
  readonly initial: Initialiser;
  /** Number of inputs that one output sums over. */
  readonly fanIn?: number;
  /** Number of outputs times the area of the kernel. */
  readonly fanOut?: number;
  /** Order of its dimensions in PyTorch; vectors need none. */
  readonly layout?: TorchLayout;
}

/** Looks up a parameter's variable by name. */
export type Values = (name: string) => Variable;

/** How a training pass runs. */
export interface TraceMode {
  /** Stream of the step, for dropout. */
  readonly random: Random | undefined;
  /** How activations are stored. */
  readonly storage: "f32" | "f16";
  /** Whether the backward pass will come: if not, nothing is kept for it. */
  readonly keep: boolean;
  /** Whether the gradient in the input is wanted. */
  readonly inputGradient: boolean;
  /** Collects the batch statistics of batch norms; absent when a pass is repeated. */
  readonly averages: Averages | undefined;
}

/** A training pass through a module, half done. */
export interface Trace {
  /** Result; the caller disposes it. */
  readonly y: Tensor;
  /**
   * Gives the gradient in the input, if it was asked for, and frees what was kept; the caller disposes it.
   *
   * @param dy Gradient of the result; the caller keeps it.
   * @param gradients Receives the gradients of the parameters.
   */
  backward(dy: Tensor, gradients: Gradients): Tensor | undefined;
  /** Frees what was kept, when no backward pass will come. */
  release(): void;
}

/** Part of a network. */
export interface Module {
  /** Shape of one output sample. */
  readonly output: Shape;
  /** Parameters that it will need, in a fixed order. */
  readonly slots: readonly Slot[];
  /** Multiply-adds of convolutions and linear layers, for one sample. */
  readonly multiplyAdds: number;
  /** What a training pass holds for one sample, its input not counted unless it is kept. */
  readonly memory: PassMemory;
  /** Inference on a batch; the caller tidies. */
  infer(x: Tensor, values: Values): Tensor;
  /**
   * Training on a batch; the caller keeps `x`.
   *
   * @param residual Added to the result; only for modules that say so by {@link Module.addsResidual}.
   */
  trace(x: Tensor, values: Values, mode: TraceMode, residual?: Tensor): Trace;
  /** Takes down inference as operations that other programs know, images as `[n, c, h, w]`. */
  readonly emit: Emit;
  /** Whether {@link Module.trace} can add a residual in the same pass. */
  readonly addsResidual?: boolean;
}

/** Something that makes a module once its input's shape is known. */
export type Layer = (input: Shape) => Module;

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1);
}
