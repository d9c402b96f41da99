/**
 * Parametric ReLU: `y = max(x, 0) + a·min(x, 0)`, one slope a channel.
 *
 * Source: K. He et al., https://arxiv.org/abs/1502.01852.
 *
 * @module
 */
import { type Tensor, type Tensor1D, tf } from "../tf.ts";
import { columnSum } from "./column_sum.ts";
import { heapViews, type OwnKernel, runOwnKernel } from "./backends.ts";

/** Inputs `x`, `dy`, `alpha`; outputs dx, dα. */
export const preluBackward: OwnKernel = {
  name: "MarginlabPreluGrad",
  composition({ x, dy, alpha }) {
    const positive = tf.step(x!);
    const slope = tf.add(positive, tf.mul(tf.sub(1, positive), alpha!));
    return [tf.mul(dy!, slope), columnSum(tf.mul(dy!, tf.minimum(x!, 0)))];
  },
  heap(backend, inputs) {
    const shape = inputs.x!.shape, channels = shape.at(-1)!;
    const { outputs, from, to } = heapViews(backend, [inputs.x!, inputs.dy!, inputs.alpha!], [shape, [channels]]);
    const [x, dy, alpha] = from as [Float32Array, Float32Array, Float32Array];
    const [dx, dAlpha] = to as [Float32Array, Float32Array];
    const sum = new Float64Array(channels);
    for (let i = 0; i < x.length; i += channels) {
      for (let c = 0; c < channels; c++) {
        // Arithmetic instead of a branch: signs are as good as random, and a branch would be mispredicted.
        const value = x[i + c]!, gradient = dy[i + c]!, negative = Number(value <= 0);
        dx[i + c] = gradient * (1 - negative + negative * alpha[c]!);
        sum[c]! += gradient * value * negative;
      }
    }
    dAlpha.set(sum);
    return outputs;
  },
};

/**
 * Parametric ReLU, differentiable in `x` and the slopes.
 *
 * @param x Values, channels last, any rank from 2.
 * @param alpha Slopes for negative values, shape `[channels]`.
 * @returns Shape of `x`; the caller disposes it.
 */
export function prelu<T extends Tensor>(x: T, alpha: Tensor1D): T {
  const op = tf.customGrad((x, alpha, save) => {
    (save as tf.GradSaveFunc)([x as Tensor, alpha as Tensor]);
    return {
      value: tf.prelu(x as Tensor, alpha as Tensor),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        runOwnKernel(preluBackward, { x: saved[0]!, dy, alpha: saved[1]! }) as [Tensor, Tensor],
    };
  });
  return op(x, alpha) as T;
}
