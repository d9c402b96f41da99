/**
 * Softmax cross-entropy that large logits cannot break.
 *
 * @module
 */
import { type Scalar, type Tensor, type Tensor2D, tf } from "../tensor/tf.ts";

/**
 * Mean softmax cross-entropy, `−1/n Σ_i (z_iy − log Σ_j e^{z_ij})`, with gradient `(softmax(z) − target) / n`.
 *
 * The row maximum is taken off first, so that no exponential overflows.
 *
 * @param logits `z`, shape `[n, classes]`.
 * @param target Rows that are 1 at the sample's class and 0 elsewhere, shape `[n, classes]`; no gradient flows to it.
 * @returns A scalar; the caller disposes it.
 *
 * @example Equal logits cost log C
 * ```ts
 * import { crossEntropy } from "./cross_entropy.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * import * as tf from "@tensorflow/tfjs";
 *
 * const loss = crossEntropy(tf.zeros([1, 4]), tf.tensor2d([[0, 1, 0, 0]]));
 * assertAlmostEquals((await loss.data())[0]!, Math.log(4), 1e-6);
 * loss.dispose();
 * ```
 */
export function crossEntropy(logits: Tensor2D, target: Tensor2D): Scalar {
  const op = tf.customGrad((z, save) => {
    const n = (z as Tensor2D).shape[0];
    const shifted = tf.sub(z as Tensor, tf.max(z as Tensor, 1, true));
    const exponentials = tf.exp(shifted);
    const total = tf.sum(exponentials, 1, true);
    (save as tf.GradSaveFunc)([tf.div(exponentials, total), target]);
    const chosen = tf.sum(tf.mul(shifted, target), 1, true);
    return {
      value: tf.mean(tf.sub(tf.log(total), chosen)) as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(tf.sub(saved[0]!, saved[1]!), tf.div(dy, n)),
    };
  });
  return op(logits) as Scalar;
}
