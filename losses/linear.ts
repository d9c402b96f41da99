/**
 * Row normalisation and matrix product with gradients of our own: tfjs's go through products with a transposed
 * first operand and sums over the leading axis, which the WASM backend does seven times slower.
 *
 * @module
 */
import { type Tensor, type Tensor2D, tf } from "../tensor/tf.ts";

/** Norms below this count as this, as in PyTorch's `normalize`. */
const SMALLEST_NORM = 1e-12;

/**
 * Rows of unit length: `x̂ = x / max(‖x‖, 1e-12)`, with gradient `(g − x̂ (x̂·g)) / ‖x‖`.
 *
 * @param rows Shape `[n, d]`.
 * @returns Shape `[n, d]`; the caller disposes it.
 */
export function normalizeRows(rows: Tensor2D): Tensor2D {
  const op = tf.customGrad((x, save) => {
    const norm = rowNorms(x as Tensor2D);
    const divisor = tf.maximum(norm, SMALLEST_NORM);
    const unit = tf.div(x as Tensor, divisor);
    const curved = tf.cast(tf.greater(norm, SMALLEST_NORM), "float32");
    (save as tf.GradSaveFunc)([unit, divisor, curved]);
    return {
      value: unit,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [u, n, on] = saved as [Tensor, Tensor, Tensor];
        const radial = tf.mul(on, tf.sum(tf.mul(u, dy), 1, true));
        return tf.div(tf.sub(dy, tf.mul(u, radial)), n);
      },
    };
  });
  return op(rows) as Tensor2D;
}

/** Euclidean norm of each row, shape `[n, 1]`; the caller disposes it. */
function rowNorms(rows: Tensor2D): Tensor2D {
  return tf.tidy(() => tf.sqrt(tf.sum(tf.mul(rows, rows), 1, true)));
}

/**
 * Product of every row of `a` with every row of `b`: `a bᵀ`.
 *
 * @param a Shape `[n, d]`.
 * @param b Shape `[m, d]`.
 * @returns Shape `[n, m]`; the caller disposes it.
 */
export function rowProducts(a: Tensor2D, b: Tensor2D): Tensor2D {
  const op = tf.customGrad((x, y, save) => {
    (save as tf.GradSaveFunc)([x as Tensor, y as Tensor]);
    return {
      value: tf.matMul(x as Tensor2D, tf.transpose(y as Tensor2D)) as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) => [
        tf.matMul(dy as Tensor2D, saved[1] as Tensor2D),
        tf.matMul(tf.transpose(dy as Tensor2D), saved[0] as Tensor2D),
      ],
    };
  });
  return op(a, b) as Tensor2D;
}
