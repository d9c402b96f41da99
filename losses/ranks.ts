/**
 * Order among the samples of a batch, by comparing all pairs: the same on every backend, and nothing is read back.
 *
 * @module
 */
import { type Tensor1D, tf } from "../tensor/tf.ts";

/** Rank of each value, 0 for the smallest, equal ones in their order; int32, shape of `x`; the caller disposes it. */
export function ranksOf(x: Tensor1D): Tensor1D {
  return tf.tidy(() => {
    const n = x.shape[0], mine = tf.expandDims(x, 1), theirs = tf.expandDims(x, 0);
    const places = tf.range(0, n), earlier = tf.less(tf.expandDims(places, 0), tf.expandDims(places, 1));
    const below = tf.logicalOr(tf.less(theirs, mine), tf.logicalAnd(tf.equal(theirs, mine), earlier));
    return tf.cast(tf.sum(tf.cast(below, "float32"), 1), "int32") as Tensor1D;
  });
}

/** The lower of the two middle values, shape `[]`; the caller disposes it. */
export function medianOf(x: Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const middle = tf.equal(ranksOf(x), tf.scalar((x.shape[0] - 1) >> 1, "int32"));
    return tf.sum(tf.mul(x, tf.cast(middle, "float32"))) as tf.Scalar;
  });
}
