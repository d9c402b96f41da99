/**
 * Products of unit vectors in float32 by the backend in use, with a bound of their error.
 *
 * @module
 */
import { tf } from "../tensor/tf.ts";

/** Products with a matrix that stays. */
export interface CoarseProducts {
  /** No product is further than this from the exact one. */
  readonly error: number;
  /**
   * Products with all rows of another matrix, row-major `[rows of the matrix that stays, rows]`.
   *
   * @param vectors Unit vectors, row-major `[rows, dimension]`.
   */
  multiply(vectors: Float64Array): Promise<Float32Array>;
  /** Frees what is held on the backend. */
  dispose(): void;
}

/**
 * Prepares products `A Bᵀ` of unit vectors.
 *
 * The error of a float32 sum of d products is at most `(d + 2) 2⁻²⁴ Σ |a_i b_i|` to first order whatever the order of
 * the additions, and the sum at most 1 for unit vectors (N. J. Higham, "Accuracy and Stability of Numerical Algorithms",
 * 3.1); twice that is taken.
 *
 * @param vectors A, row-major `[rows, dimension]`.
 */
export async function coarseProducts(vectors: Float64Array, dimension: number): Promise<CoarseProducts> {
  await tf.ready();
  const left = tf.tensor2d(Float32Array.from(vectors), [vectors.length / dimension, dimension]);
  return {
    error: (dimension + 2) * 2 ** -23,
    async multiply(other) {
      const product = tf.tidy(() => {
        const right = tf.tensor2d(Float32Array.from(other), [other.length / dimension, dimension]);
        return tf.matMul(left, right, false, true);
      });
      try {
        return await product.data() as Float32Array;
      } finally {
        product.dispose();
      }
    },
    dispose: () => left.dispose(),
  };
}
