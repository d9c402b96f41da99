/**
 * The contract of a head: unnormalised embeddings and labels in, scalar loss and statistics out.
 *
 * @module
 */
import { definePlugin, type ParamsOf, type ParamsSchema, type Plugin } from "../plugin/mod.ts";
import type { RowGradient } from "../tensor/kernels/class_rows.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Random } from "../tensor/random.ts";
import type { Scalar, Tensor1D, Tensor2D } from "../tensor/tf.ts";
import type { Margin } from "./margin.ts";

/** What a head is told when it is made. */
export interface HeadContext {
  /** Dimension `d` of the embeddings. */
  readonly embedding: number;
  /** Number of training classes `C`. */
  readonly classes: number;
  /** Stream for the initial class weights. */
  readonly random: Random;
  /** Training images of each class, for margins that depend on them. */
  readonly counts?: Int32Array;
  /** Class weights of the main head, in parts that follow one another: what an auxiliary loss on class weights pulls at. */
  readonly classWeights?: readonly Parameter[];
}

/** What a head gives for one batch. The caller disposes the tensors, or calls inside a `tf.tidy`. */
export interface HeadOutput {
  /** Mean loss over the batch. */
  readonly loss: Scalar;
  /** Scalars worth logging, by name, such as `targetAngle` (mean θ_y in radians) or `pastBoundary` (share of samples). */
  readonly statistics: Readonly<Record<string, Scalar>>;
  /** Angle θ_y of each sample to its own class, in radians, shape `[batch]`, of heads that have class weights. */
  readonly angles?: Tensor1D;
}

/** What a training step hands to a head besides the batch. */
export interface HeadStep {
  /** The step, from 0. */
  readonly step: number;
  /** Stream of this step, the same for all parts of its batch. */
  readonly random: Random;
  /** Stream of this part of the batch, for what is drawn for each sample. */
  readonly part: Random;
  /** Which part of the batch this is, from 0, and of how many: running state moves by a batch, not by a part. */
  readonly place: { readonly index: number; readonly count: number };
  /** Class of every sample of the step, on the host; a part's own are among them. */
  readonly labels: Int32Array;
  /**
   * Takes the gradient of a parameter of which the step touches some rows only, in the backward pass; the taker
   * disposes it. Without a taker such a gradient goes the way of all others, with zeros for the other rows.
   */
  readonly takeRows?: (parameter: Parameter, gradient: RowGradient) => void;
}

/** A head at work: owns its class weights and state. */
export interface Head {
  /** Class weights and state, in a fixed order. */
  readonly parameters: readonly Parameter[];
  /**
   * Loss of a batch, differentiable in the embeddings and in the trainable parameters.
   *
   * @param embeddings Unnormalised embeddings, shape `[batch, d]`.
   * @param labels Class indices, int32, shape `[batch]`.
   * @param step Heads that draw at random need it, others do without. Running state (averages, centres) is moved with
   *   a step only: without one, the loss is a function of its arguments alone.
   */
  loss(embeddings: Tensor2D, labels: Tensor1D, step?: HeadStep): HeadOutput;
  /** Frees the variables. */
  dispose(): void;
}

/** What {@link HeadPlugin.stepMemory} is told. */
export interface StepContext {
  /** Samples of a part of a batch. */
  readonly batch: number;
  /** Classes that a step computes with. */
  readonly classes: number;
}

/** What {@link HeadPlugin.stepMemory} tells, in floats. */
export interface StepMemory {
  /** Products that are kept from the forward to the backward pass. */
  readonly kept: number;
  /** Most that is held at once beside them. */
  readonly held: number;
}

/** A head as a plugin value. */
export interface HeadPlugin extends Plugin {
  /** What it plugs into. */
  readonly kind: "head";
  /** Makes the head from checked parameters. */
  create(params: Record<string, unknown>, context: HeadContext): Head;
  /** Number of class-side parameters, for plans that allocate nothing. */
  size(params: Record<string, unknown>, context: { embedding: number; classes: number }): number;
  /** Whether it takes class weights at unit length, for the memory in plans; by default yes. */
  readonly normalised?: boolean;
  /** What a step holds beside the class weights, where that is not the products of kernels, for the memory in plans. */
  stepMemory?(params: Record<string, unknown>, context: StepContext): StepMemory;
  /** The margin that checked parameters make, of heads whose target logit is a pure function of the target cosine. */
  margin?(params: Record<string, unknown>): Margin;
  /**
   * Whether, as an auxiliary loss, it works on the main head's class weights instead of own ones; a main head that
   * samples its classes is refused beside it.
   */
  readonly sharesClassWeights?: boolean;
  /** Whether it moves class weights alone, so that a manifest cannot name it as the main head; by default no. */
  readonly classWeightsOnly?: boolean;
  /** Whether it wants several images of one class in a batch; a sampler that does not see to it is refused. */
  readonly needsPositives?: boolean;
}

/** A {@link HeadPlugin} as written, with typed parameters. */
export interface HeadDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** See {@link HeadPlugin.create}. */
  create(params: ParamsOf<S>, context: HeadContext): Head;
  /** See {@link HeadPlugin.size}. */
  size(params: ParamsOf<S>, context: { embedding: number; classes: number }): number;
  /** See {@link HeadPlugin.normalised}. */
  readonly normalised?: boolean;
  /** See {@link HeadPlugin.stepMemory}. */
  stepMemory?(params: ParamsOf<S>, context: StepContext): StepMemory;
  /** See {@link HeadPlugin.margin}. */
  margin?(params: ParamsOf<S>): Margin;
  /** See {@link HeadPlugin.sharesClassWeights}. */
  readonly sharesClassWeights?: boolean;
  /** See {@link HeadPlugin.classWeightsOnly}. */
  readonly classWeightsOnly?: boolean;
  /** See {@link HeadPlugin.needsPositives}. */
  readonly needsPositives?: boolean;
}

/** Declares a head; see {@link HeadPlugin}. */
export function defineHead<S extends ParamsSchema>(definition: HeadDefinition<S>): HeadPlugin {
  return definePlugin({ ...definition, kind: "head" } as unknown as HeadPlugin);
}
