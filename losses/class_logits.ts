/**
 * What heads over all classes differ in: how a sample's own logit, the logits of the others and the loss are made.
 *
 * @module
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from "../tensor/tf.ts";
import type { HeadStep } from "./head.ts";

/** A sample and its own class, for a margin; tensors of shape `[batch]`. */
export interface OwnClass {
  /** Cosine to the own class; with several centres, to the nearest of them. */
  readonly cosine: Tensor1D;
  /** Sine of the angle, from the embedding's part across the class weight: exact where the cosine is nearly ±1. */
  readonly sine: Tensor1D;
  /** Length of the embedding. */
  readonly length: () => Tensor1D;
  /** Class. */
  readonly labels: Tensor1D;
  /** The step, where there is one: running state is moved then, and only then. */
  readonly step: HeadStep | undefined;
  /** Of softmax heads: maximum and `Σ e^{z − maximum}` over `z_j = scale · cos θ_j` of all classes but the own, shape `[batch, 2]`. */
  readonly others: (scale: Scalar) => Tensor2D;
}

/** The target's logit, divided by the scale; tensors of shape `[batch]`. */
export interface TargetLogit {
  /** The logit. */
  readonly value: Tensor1D;
  /** What is passed on as its derivative in the target's product (the cosine, where embeddings are at unit length). */
  readonly slope: Tensor1D;
  /** Its derivative in the embedding's length at that product; without it there is none. */
  readonly radial?: Tensor1D;
}

/** What becomes of the cosines of all other classes. */
export interface OtherLogits {
  /** Tensors that {@link OtherLogits.apply} needs; kept for the backward pass. */
  readonly context: readonly Tensor[];
  /**
   * Logits of unit scale and their derivatives, element by element.
   *
   * @param cosine Cosines of some classes, shape `[batch, n]`.
   */
  apply(cosine: Tensor2D, context: readonly Tensor[]): { readonly value: Tensor; readonly slope: Tensor };
}

/** What a margin makes of a batch. What is left out is that of the plain cosine. */
export interface Margined {
  /** Logit of the own class. */
  readonly target?: TargetLogit;
  /** Logits of the others. */
  readonly others?: OtherLogits;
  /** Scale in place of `s`, on the device; no gradient flows to it. */
  readonly scale?: Scalar;
  /** A term of the embedding's length alone, and its derivative, shape `[batch]`. */
  readonly penalty?: { readonly value: Tensor1D; readonly slope: Tensor1D };
  /** Scalars worth logging. */
  readonly statistics?: Readonly<Record<string, Scalar>>;
}

/** What makes a head of the loop: all that heads differ in. */
export interface ClassLogits {
  /** Whether class weights are taken at unit length, and embeddings too unless {@link ClassLogits.keepsLength}. */
  readonly normalised: boolean;
  /** Whether embeddings keep their length where class weights do not: logits `‖x‖ cos θ_j`. */
  readonly keepsLength?: boolean;
  /** Scale `s` of the logits. */
  readonly s: number;
  /** Centres of a class, of which the nearest counts; by default 1. */
  readonly centres?: number;
  /**
   * Binary cross-entropies, `p softplus(−z_y) + n Σ_{j≠y} softplus(z_j)`, with these weights of positives and negatives;
   * by default softmax cross-entropy.
   */
  readonly binary?: { readonly positive: number; readonly negative: number };
  /** Sign with which the one trainable offset of all logits enters, where there is one; by default 1. */
  readonly offsetSign?: 1 | -1;
  /** Factor of the loss; by default 1. */
  readonly factor?: number;
  /** A margin, in closed form; no gradient is taken through it. */
  readonly margin?: (own: OwnClass) => Margined;
  /** Logits that may be held at once, by default 8 Mi. */
  readonly budget?: number;
}
