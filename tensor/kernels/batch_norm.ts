/**
 * Batch normalisation with batch statistics, with what follows it in the same pass: a PReLU, 2×2 max pooling, or the
 * sum with a residual.
 *
 * Source: S. Ioffe and C. Szegedy, https://arxiv.org/abs/1502.03167.
 *
 * @module
 */
import type { Tensor, Tensor1D } from "../tf.ts";
import { runKernel } from "./kernel.ts";

/** Settings of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Scale γ, shape `[channels]`. */
  readonly gamma: Tensor1D;
  /** Offset β, shape `[channels]`. */
  readonly beta: Tensor1D;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Slopes `a` of a PReLU that follows, shape `[channels]`. */
  readonly slope?: Tensor1D;
  /** Whether max pooling over 2×2 windows with stride 2 follows; an odd last row or column is left out. */
  readonly pool?: boolean;
  /** Added to the result, which has its shape. */
  readonly residual?: Tensor;
}

/** What {@link batchNorm} gives; the caller disposes it. */
export interface BatchNormOutput {
  /** Result. */
  readonly y: Tensor;
  /** Batch mean, shape `[channels]`. */
  readonly mean: Tensor1D;
  /** Biased batch variance, shape `[channels]`. */
  readonly variance: Tensor1D;
}

/**
 * `z = γ (x − μ) / √(σ² + ε) + β` with μ and σ² over all axes but the last; then, as asked for,
 * `max(z, 0) + a·min(z, 0)`, the maximum over 2×2 windows, and the sum with a residual, in this order.
 *
 * @param x Values, channels last, any rank from 2; rank 4 to pool.
 */
export function batchNorm(x: Tensor, options: BatchNormOptions): BatchNormOutput {
  const { gamma, beta, epsilon, slope, pool = false, residual } = options;
  const inputs = { x, gamma, beta, ...slope ? { slope } : {}, ...residual ? { residual } : {} };
  const [y, mean, variance] = runKernel("MarginlabBatchNorm", inputs, { epsilon, pool });
  return { y: y!, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

/** What {@link batchNormGradient} gives; the caller disposes it. */
export interface BatchNormGradients {
  /** Gradient in `x`. */
  readonly x: Tensor;
  /** Gradient in γ. */
  readonly gamma: Tensor1D;
  /** Gradient in β. */
  readonly beta: Tensor1D;
  /** Gradient in the slopes, if there were any. */
  readonly slope: Tensor1D | undefined;
}

/**
 * Gradients of {@link batchNorm}; that of a residual is `dy` itself.
 *
 * @param x Its input.
 * @param dy Gradient of its result.
 * @param options Its settings, with the mean and variance that it gave.
 */
export function batchNormGradient(
  x: Tensor,
  dy: Tensor,
  options: Omit<BatchNormOptions, "residual"> & Pick<BatchNormOutput, "mean" | "variance">,
): BatchNormGradients {
  const { gamma, beta, epsilon, mean, variance, slope, pool = false } = options;
  const inputs = { x, dy, gamma, beta, mean, variance, ...slope ? { slope } : {} };
  const [dx, dGamma, dBeta, dSlope] = runKernel("MarginlabBatchNormGrad", inputs, { epsilon, pool });
  return { x: dx!, gamma: dGamma as Tensor1D, beta: dBeta as Tensor1D, slope: dSlope as Tensor1D | undefined };
}
