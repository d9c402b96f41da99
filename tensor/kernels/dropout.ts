/**
 * Inverted dropout whose mask is a function of a random stream, so that it is made where it is used, once forward and
 * once more backward, and no mask is kept.
 *
 * Source: N. Srivastava et al., JMLR 15 (2014).
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Tensor } from "../tf.ts";
import { runKernel } from "./kernel.ts";

/**
 * `y_i = x_i / (1 − rate)` where word i of the stream is at least `rate·2³²`, else 0; its gradient is the same function
 * of the output's gradient.
 *
 * @param x Values of any shape.
 * @param rate Probability of dropping, in `[0, 1)`.
 * @param random The stream; its words are taken from position 0 on, and its position is left alone.
 * @returns Shape of `x`; the caller disposes it.
 */
export function dropout(x: Tensor, rate: number, random: Random): Tensor {
  const { key, nonce } = random;
  return runKernel("MarginlabDropout", { x }, { rate, key, nonce })[0]!;
}

/** Words below this are dropped. */
export function dropThreshold(rate: number): number {
  return Math.ceil(rate * 2 ** 32);
}
