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
  /** Kept for the backward pass. */
  readonly saved: readonly Tensor[];
  /** Gradients of the inputs, in their order, from what was kept; they are multiplied by that of the loss afterwards. */
  gradients(saved: readonly Tensor[]): readonly Tensor[];
}

/** Puts a loss on the tape; only the loss is differentiable. To be called inside a `tf.tidy`. */
export function termNode(inputs: readonly Tensor[], forward: () => Term): HeadOutput {
  let names: readonly string[] = [];
  const op = tf.customGrad((...args) => {
    const { loss, statistics = {}, saved, gradients } = forward();
    (args.at(-1) as tf.GradSaveFunc)([...saved]);
    names = Object.keys(statistics);
    return {
      value: tf.stack([loss, ...Object.values(statistics)]) as Tensor,
      gradFunc: (dy: Tensor, kept: Tensor[]) => {
        const factor = tf.reshape(tf.slice(dy, 0, 1), []);
        return gradients(kept).map((gradient) => tf.mul(gradient, factor));
      },
    };
  });
  const all = op(...inputs) as Tensor1D, scalar = (i: number) => tf.reshape(tf.slice(all, i, 1), []) as Scalar;
  return { loss: scalar(0), statistics: Object.fromEntries(names.map((name, i) => [name, scalar(i + 1)])) };
}
