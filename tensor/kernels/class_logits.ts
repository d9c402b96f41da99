/**
 * The passes over the logits of one chunk of classes, `z_ij = s P_ij / ‖w_j‖ + b_j`, from the raw products `P = x wᵀ`:
 * none of them keeps more than the chunk, and the columns of the samples' own classes are left to the caller, who may
 * have put a margin there.
 *
 * @module
 */
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tf.ts";
import { runKernel } from "./kernel.ts";

/** Lengths below this count as this, as in PyTorch's `normalize`. */
export const SMALLEST_NORM = 1e-12;

/** Running maximum of a row before any logit. */
export const LOWEST = -3.4028234663852886e38;

/** One chunk of raw products, and what makes logits of them. */
export interface ClassChunk {
  /** `P`, shape `[batch, n]`. */
  readonly products: Tensor2D;
  /** `1 / ‖w_j‖`, or ones, shape `[n]`. */
  readonly inverse: Tensor1D;
  /** `b`, shape `[n]`; without one there is none. */
  readonly bias?: Tensor1D | undefined;
  /** Class of each sample, int32, shape `[batch]`. */
  readonly labels: Tensor1D;
  /** Class of the first column. */
  readonly first: number;
  /** Scale `s`. */
  readonly s: number;
}

/** What the backward pass adds to a chunk. */
export interface ClassPull {
  /** Log-sum-exp of each row over all classes, shape `[batch]`. */
  readonly logSumExp: Tensor1D;
  /** Gradient of the total in each sample's loss, shape `[batch]`. */
  readonly weight: Tensor1D;
  /** Gradient of the total in each sample's own logit, as if it had no margin, shape `[batch]`. */
  readonly target: Tensor1D;
}

/** `1 / max(‖x_i‖, 1e-12)` of each row of `[rows, d]`, shape `[rows]`; the caller disposes it. */
export function inverseRowNorms(rows: Tensor2D): Tensor1D {
  return runKernel("MarginlabInverseRowNorms", { x: rows })[0] as Tensor1D;
}

/**
 * Maximum `m_i` and `Σ_j e^{z_ij − m_i}` over all classes but the sample's own, of this chunk and those before it.
 *
 * @param before What the chunks before gave; absent at the first.
 * @returns Shape `[batch, 2]`; the caller disposes it.
 */
export function classStatistics(chunk: ClassChunk, before?: Tensor2D): Tensor2D {
  const inputs = { ...inputsOf(chunk), ...before ? { before } : {} };
  return runKernel("MarginlabClassStatistics", inputs, attributesOf(chunk))[0] as Tensor2D;
}

/**
 * Gradient in the raw products: `weight_i · e^{z_ij − lse_i} · s / ‖w_j‖`, in a sample's own column
 * `target_i · s / ‖w_j‖`.
 *
 * @returns Shape `[batch, n]`; the caller disposes it.
 */
export function classGradient(chunk: ClassChunk, { logSumExp, weight, target }: ClassPull): Tensor2D {
  const inputs = { ...inputsOf(chunk), logSumExp, weight, target };
  return runKernel("MarginlabClassGradient", inputs, attributesOf(chunk))[0] as Tensor2D;
}

/**
 * Takes from each gradient row its part along the row it belongs to, `g − ŵ (ŵ·g)`: what remains of the gradient in
 * `ŵ`, already divided by `‖w‖`, behind the normalisation. Rows shorter than 1e-12 keep all of it.
 *
 * @param gradient `g`, shape `[rows, d]`; **taken over** where its memory can be used again, so dispose it, read it no
 *   more.
 * @param rows `w`, shape `[rows, d]`.
 * @param inverse `1 / ‖w‖`, shape `[rows]`.
 * @returns Shape `[rows, d]`; the caller disposes it.
 */
export function tangentRows(gradient: Tensor2D, rows: Tensor2D, inverse: Tensor1D): Tensor2D {
  return runKernel("MarginlabTangentRows", { gradient, x: rows, inverse })[0] as Tensor2D;
}

/** Sum of each column of `[batch, n]`, shape `[n]`, as a product with ones; the caller disposes it. */
export function columnSums(x: Tensor2D): Tensor1D {
  return tf.tidy(() => tf.reshape(tf.matMul(tf.ones([1, x.shape[0]]), x), [x.shape[1]]));
}

function inputsOf({ products, inverse, bias, labels }: ClassChunk): Record<string, Tensor> {
  return { products, inverse, labels, ...bias ? { bias } : {} };
}

function attributesOf({ first, s }: ClassChunk): Record<string, number> {
  return { first, s };
}
