/**
 * The one place that imports tfjs, with the aliases that the rest of the code uses.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

// Production mode silences tfjs's Node banner and its per-op checks.
tf.enableProdMode();

export { tf };

/** A tfjs tensor of any rank; the caller that received it disposes it unless said otherwise. */
export type Tensor = tf.Tensor;
/** A tfjs tensor of rank 0. */
export type Scalar = tf.Scalar;
/** A tfjs tensor of rank 1. */
export type Tensor1D = tf.Tensor1D;
/** A tfjs tensor of rank 2. */
export type Tensor2D = tf.Tensor2D;
/** A tfjs tensor of rank 4; images are `[batch, height, width, channels]`. */
export type Tensor4D = tf.Tensor4D;
/** A tfjs variable: a tensor that training updates in place. */
export type Variable = tf.Variable;
