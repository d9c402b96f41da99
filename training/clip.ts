/**
 * Clipping of gradients by their norm, found and applied on the device.
 *
 * Source: R. Pascanu et al., https://arxiv.org/abs/1211.5063; the formula is PyTorch's `clip_grad_norm_`.
 *
 * @module
 */
import { type Scalar, type Tensor1D, tf } from "../tensor/tf.ts";

/** How gradients are clipped. */
export interface ClipOptions {
  /** Largest Euclidean norm. */
  readonly norm: number;
  /** Whose gradients are measured and scaled together: those of all parameters, or of the backbone's. */
  readonly of: "all" | "backbone";
}

/** What {@link clipGates} knows of a step. */
export interface ClipContext {
  /** How many of the gradients are the backbone's; they come first. */
  readonly backbone: number;
  /** Gate of the loss scale, which the gradients still bear. */
  readonly gate?: Tensor1D;
}

/** PyTorch's guard against a division by zero. */
const EPSILON = 1e-6;

/** How many of the gradients, from the first, are measured and scaled. */
export function clippedCount({ of }: ClipOptions, { all, backbone }: { all: number; backbone: number }): number {
  return of === "all" ? all : backbone;
}

/** `min(1, norm / (total + 1e-6))`, what gradients of Euclidean norm `total` are multiplied by. */
export function clipFactor({ norm }: ClipOptions, total: number): number {
  return Math.min(1, norm / (total + EPSILON));
}

/**
 * Norm of the first `count` gradients, `√(Σ_{i < count} squares_i)`; the caller disposes it.
 *
 * @param squares Sum of squares of each gradient, shape `[gradients]`.
 */
export function partNorm(squares: Tensor1D, count: number): Scalar {
  return tf.tidy(() => count === 0 ? tf.scalar(0) : tf.sqrt(tf.sum(tf.slice(squares, 0, count))) as Scalar);
}

/**
 * `g ← g · min(1, norm / (total + 1e-6))`, as a gate for each gradient; see `Optimizer.update`.
 *
 * @param squares Sum of squares of each gradient, shape `[gradients]`.
 * @returns A gate of shape `[2]` for each gradient; `clipping` is the one that clips, which the caller disposes.
 */
export function clipGates(
  squares: Tensor1D,
  options: ClipOptions,
  { backbone, gate }: ClipContext,
): { readonly gates: readonly (Tensor1D | undefined)[]; readonly clipping: Tensor1D } {
  const all = squares.size, count = clippedCount(options, { all, backbone });
  const clipping = tf.tidy(() => {
    const [unscale, open] = gate ? tf.unstack(gate) as [Scalar, Scalar] : [tf.scalar(1), tf.scalar(1)];
    const total = tf.mul(partNorm(squares, count), unscale);
    const factor = tf.minimum(1, tf.div(options.norm, tf.add(total, EPSILON)));
    return tf.stack([tf.mul(factor, unscale), open]) as Tensor1D;
  });
  return { gates: Array.from({ length: all }, (_, i) => i < count ? clipping : gate), clipping };
}
