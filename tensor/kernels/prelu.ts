/**
 * Gradients of the parametric ReLU `y = max(x, 0) + a·min(x, 0)`, one slope a channel.
 *
 * Source: K. He et al., https://arxiv.org/abs/1502.01852.
 *
 * @module
 */
import type { Tensor, Tensor1D } from "../tf.ts";
import { runKernel } from "./kernel.ts";

/**
 * Gradients in the input, `dy·(1 if x > 0 else a)`, and in the slopes, `Σ dy·min(x, 0)`; the caller disposes them.
 *
 * @param x Input of the PReLU, channels last, any rank from 2.
 * @param dy Gradient of its result.
 * @param slope Slopes `a`, shape `[channels]`.
 */
export function preluGradient(x: Tensor, dy: Tensor, slope: Tensor1D): { x: Tensor; slope: Tensor1D } {
  const [dx, dSlope] = runKernel("MarginlabPreluGrad", { x, dy, slope });
  return { x: dx!, slope: dSlope as Tensor1D };
}
