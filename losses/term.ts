/**
 * A loss that is one node on the tape, with gradients in closed form.
 *
 * @module
 */
import { type Scalar, type Tensor, type Tensor1D, tf } from "../tensor/tf.ts";
import type { HeadOutput } from "./head.ts";

/** What the forward pass of a {@link termNode} gives. */
export interface Term {
  /** The loss, shape `[]`. */
  readonly loss: Tensor;
  /** Scalars worth logging. */
  readonly statistics?: Readonly<Record<string, Tensor>>;
  /** Angles to the own classes, in radians, shape `[batch]`, where there are class weights. */
  readonly angles?: Tensor1D;
  /** Kept for the backward pass. */
  readonly saved: readonly Tensor[];
  /** Gradients of the inputs, in their order, from what was kept and the gradient of the total in the loss, shape `[]`. */
  gradients(saved: readonly Tensor[], gradient: Tensor): Tensor[];
}

/**
 * Puts a loss on the tape; only the loss is differentiable. To be called inside a `tf.tidy`.
 *
 * @param inputs What the loss is differentiated in: embeddings of shape `[batch, d]`, class weights `[classes, d]`.
 * @param forward Computes the loss from the same tensors, and says how its gradients are computed; called once.
 */
export function termNode(inputs: readonly Tensor[], forward: () => Term): HeadOutput {
  let names: readonly string[] = [], withAngles = false;
  const op = tf.customGrad((...args) => {
    const { loss, statistics = {}, angles, saved, gradients } = forward();
    (args.at(-1) as tf.GradSaveFunc)([...saved]);
    names = Object.keys(statistics);
    withAngles = angles !== undefined;
    const scalars = tf.stack([loss, ...Object.values(statistics)]) as Tensor1D;
    return {
      value: (angles ? tf.concat([scalars, angles]) : scalars) as Tensor,
      gradFunc: (dy: Tensor, kept: Tensor[]) => gradients([...kept], tf.reshape(tf.slice(dy, 0, 1), [])),
    };
  });
  const all = op(...inputs) as Tensor1D, scalar = (i: number) => tf.reshape(tf.slice(all, i, 1), []) as Scalar;
  return {
    loss: scalar(0),
    statistics: Object.fromEntries(names.map((name, i) => [name, scalar(i + 1)])),
    ...withAngles ? { angles: tf.slice(all, names.length + 1) as Tensor1D } : {},
  };
}
