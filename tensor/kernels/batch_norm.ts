/**
 * Batch normalisation with batch statistics: `y = γ (x − μ) / √(σ² + ε) + β`, μ and σ² over all axes but the last.
 *
 * Source: S. Ioffe and C. Szegedy, https://arxiv.org/abs/1502.03167.
 *
 * @module
 */
import { type Tensor, type Tensor1D, tf } from "../tf.ts";
import { columnSum } from "./column_sum.ts";
import { heapViews, type OwnKernel, runOwnKernel } from "./backends.ts";

/** What {@link batchNorm} gives. `mean` and `variance` outlive an enclosing `tf.tidy`: the caller disposes them. */
export interface BatchNormOutput<T extends Tensor> {
  /** Normalised values, shape of `x`. */
  readonly y: T;
  /** Batch mean, shape `[channels]`; carries no gradient. */
  readonly mean: Tensor1D;
  /** Biased batch variance, shape `[channels]`; carries no gradient. */
  readonly variance: Tensor1D;
}

/** Inputs `x`, `gamma`, `beta`; attribute `epsilon`; outputs y, mean, biased variance. */
export const batchNormForward: OwnKernel = {
  name: "MarginlabBatchNorm",
  composition({ x, gamma, beta }, { epsilon }) {
    const rows = x!.size / x!.shape.at(-1)!;
    const mean = tf.div(columnSum(x!), rows), centred = tf.sub(x!, mean);
    const variance = tf.div(columnSum(tf.square(centred)), rows);
    const scale = tf.mul(gamma!, tf.rsqrt(tf.add(variance, epsilon as number)));
    return [tf.add(tf.mul(centred, scale), beta!), mean, variance];
  },
  heap(backend, inputs, { epsilon }) {
    const shape = inputs.x!.shape, channels = shape.at(-1)!;
    const { outputs, from, to } = heapViews(
      backend,
      [inputs.x!, inputs.gamma!, inputs.beta!],
      [shape, [channels], [channels]],
    );
    const [x, gamma, beta] = from as [Float32Array, Float32Array, Float32Array];
    const [y, mean, variance] = to as [Float32Array, Float32Array, Float32Array];
    const rows = x.length / channels;
    const sum = new Float64Array(channels), squares = new Float64Array(channels);
    // The shift by the first row keeps Σ(x−k)² free of cancellation when the mean is large.
    const shift = x.slice(0, channels);
    for (let i = 0; i < x.length; i += channels) {
      for (let c = 0; c < channels; c++) {
        const value = x[i + c]! - shift[c]!;
        sum[c]! += value;
        squares[c]! += value * value;
      }
    }
    const scale = new Float32Array(channels), offset = new Float32Array(channels);
    for (let c = 0; c < channels; c++) {
      const centred = sum[c]! / rows;
      mean[c] = centred + shift[c]!;
      variance[c] = Math.max(0, squares[c]! / rows - centred * centred);
      scale[c] = gamma[c]! / Math.sqrt(variance[c]! + (epsilon as number));
      offset[c] = beta[c]! - mean[c]! * scale[c]!;
    }
    for (let i = 0; i < x.length; i += channels) {
      for (let c = 0; c < channels; c++) y[i + c] = x[i + c]! * scale[c]! + offset[c]!;
    }
    return outputs;
  },
};

/** Inputs `x`, `dy`, `gamma`, `mean`, `variance`; attribute `epsilon`; outputs dx, dγ, dβ. */
export const batchNormBackward: OwnKernel = {
  name: "MarginlabBatchNormGrad",
  composition({ x, dy, gamma, mean, variance }, { epsilon }) {
    const channels = x!.shape.at(-1)!, rows = x!.size / channels;
    const inverse = tf.rsqrt(tf.add(variance!, epsilon as number));
    const normalised = tf.mul(tf.sub(x!, mean!), inverse);
    const dBeta = columnSum(dy!), dGamma = columnSum(tf.mul(dy!, normalised));
    const centred = tf.sub(dy!, tf.div(tf.add(dBeta, tf.mul(normalised, dGamma)), rows));
    return [tf.mul(centred, tf.mul(gamma!, inverse)), dGamma, dBeta];
  },
  heap(backend, inputs, { epsilon }) {
    const shape = inputs.x!.shape, channels = shape.at(-1)!;
    const { outputs, from, to } = heapViews(
      backend,
      [inputs.x!, inputs.dy!, inputs.gamma!, inputs.mean!, inputs.variance!],
      [shape, [channels], [channels]],
    );
    const [x, dy, gamma, mean, variance] = from as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const [dx, dGamma, dBeta] = to as [Float32Array, Float32Array, Float32Array];
    const rows = x.length / channels;
    const sum = new Float64Array(channels), product = new Float64Array(channels);
    for (let i = 0; i < x.length; i += channels) {
      for (let c = 0; c < channels; c++) {
        const gradient = dy[i + c]!;
        sum[c]! += gradient;
        product[c]! += gradient * (x[i + c]! - mean[c]!);
      }
    }
    // dx = a·dy + b·x + k, channel by channel.
    const a = new Float32Array(channels), b = new Float32Array(channels), k = new Float32Array(channels);
    for (let c = 0; c < channels; c++) {
      const inverse = 1 / Math.sqrt(variance[c]! + (epsilon as number));
      dGamma[c] = product[c]! * inverse;
      dBeta[c] = sum[c]!;
      a[c] = gamma[c]! * inverse;
      const slope = -gamma[c]! * inverse ** 3 * product[c]! / rows;
      b[c] = slope;
      k[c] = -gamma[c]! * inverse * sum[c]! / rows - slope * mean[c]!;
    }
    for (let i = 0; i < x.length; i += channels) {
      for (let c = 0; c < channels; c++) dx[i + c] = a[c]! * dy[i + c]! + b[c]! * x[i + c]! + k[c]!;
    }
    return outputs;
  },
};

/**
 * Batch normalisation in training: normalises with the statistics of the batch, differentiable in `x`, γ and β.
 *
 * @param x Values, channels last, any rank from 2.
 * @param gamma Scale γ, shape `[channels]`.
 * @param beta Offset β, shape `[channels]`.
 * @param epsilon Added to the variance.
 */
export function batchNorm<T extends Tensor>(
  x: T,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): BatchNormOutput<T> {
  let statistics: [Tensor1D, Tensor1D] | undefined;
  const op = tf.customGrad((x, gamma, beta, save) => {
    const [y, mean, variance] = runOwnKernel(
      batchNormForward,
      { x: x as Tensor, gamma: gamma as Tensor, beta: beta as Tensor },
      { epsilon },
    );
    statistics = [tf.keep(mean as Tensor1D), tf.keep(variance as Tensor1D)];
    (save as tf.GradSaveFunc)([x as Tensor, gamma as Tensor, mean!, variance!]);
    const gradFunc = (dy: Tensor, [x, gamma, mean, variance]: Tensor[]) =>
      runOwnKernel(batchNormBackward, { x: x!, dy, gamma: gamma!, mean: mean!, variance: variance! }, { epsilon });
    return { value: y!, gradFunc: gradFunc as (dy: Tensor, saved: Tensor[]) => Tensor[] };
  });
  const y = op(x, gamma, beta) as T;
  return { y, mean: statistics![0], variance: statistics![1] };
}
