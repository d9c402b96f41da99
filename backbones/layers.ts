/**
 * The layers that the architectures share, with PyTorch's defaults and parameter names.
 *
 * @module
 */
import { batchNorm as trainingBatchNorm, prelu as runPrelu } from "../tensor/kernels/mod.ts";
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from "../tensor/tf.ts";
import type { ForwardMode } from "./backbone.ts";
import { constant, type Initialiser, torchUniform } from "./initialisers.ts";
import { type Layer, type Module, type Shape, sizeOf } from "./module.ts";

/**
 * 2-D convolution without bias; parameter `<name>.weight`, stored `[k, k, in, out]`.
 *
 * @param options Filters, kernel size, stride, symmetric zero padding (default `⌊k/2⌋`), initial weights.
 * @throws {RangeError} if the kernel is larger than the padded input.
 */
export function conv(
  name: string,
  options: { filters: number; kernel: number; stride?: number; padding?: number; initial?: Initialiser },
): Layer {
  const { filters, kernel, stride = 1, padding = kernel >> 1, initial = torchUniform } = options;
  return (input) => {
    const [height, width, channels] = input as [number, number, number];
    const outputSize = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
    const output = [outputSize(height), outputSize(width), filters];
    if (output[0]! < 1 || output[1]! < 1) {
      throw new RangeError(
        `Cannot apply ${name}: its input is ${height}×${width}, too small for a ${kernel}×${kernel} kernel`,
      );
    }
    const weight = `${name}.weight`;
    return {
      output,
      slots: [{
        name: weight,
        shape: [kernel, kernel, channels, filters],
        role: "weight",
        initial,
        fanIn: kernel * kernel * channels,
      }],
      multiplyAdds: sizeOf(output) * kernel * kernel * channels,
      activations: sizeOf(output),
      apply: (x, values) => tf.conv2d(x as Tensor4D, values(weight) as unknown as Tensor4D, stride, padding),
    };
  };
}

/**
 * Batch normalisation with running averages; parameters `<name>.weight`, `.bias`, `.running_mean`, `.running_var`.
 *
 * Training normalises with the biased batch variance and averages the unbiased one, as PyTorch does.
 *
 * @param options ε (default 1e-5), momentum of the running averages (default 0.1), and whether γ is learned (default) or
 *   fixed at 1, as in the output of the published IResNet.
 */
export function batchNorm(
  name: string,
  options: { epsilon?: number; momentum?: number; learnScale?: boolean } = {},
): Layer {
  const { epsilon = 1e-5, momentum = 0.1, learnScale = true } = options;
  return (input) => {
    const channels = input.at(-1)!, shape = [channels];
    const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) =>
      `${name}.${part}`
    ) as [string, string, string, string];
    return {
      output: input,
      slots: [
        { name: gamma, shape, role: "norm", trainable: learnScale, initial: constant(1) },
        { name: beta, shape, role: "norm", initial: constant(0) },
        { name: mean, shape, role: "statistic", initial: constant(0) },
        { name: variance, shape, role: "statistic", initial: constant(1) },
      ],
      multiplyAdds: 0,
      activations: sizeOf(input),
      apply(x, values, { training }) {
        const vector = (key: string) => values(key) as unknown as Tensor1D;
        if (!training) {
          const rank4 = (x.rank === 4 ? x : tf.reshape(x, [x.shape[0]!, 1, 1, channels])) as Tensor4D;
          const y = tf.batchNorm(rank4, vector(mean), vector(variance), vector(beta), vector(gamma), epsilon);
          return tf.reshape(y, x.shape);
        }
        const batch = trainingBatchNorm(x, vector(gamma), vector(beta), epsilon);
        const rows = x.size / channels;
        tf.tidy(() => {
          const unbiased = tf.mul(batch.variance, rows / Math.max(1, rows - 1));
          const average = (old: string, now: Tensor1D) =>
            values(old).assign(tf.add(tf.mul(vector(old), 1 - momentum), tf.mul(now, momentum)));
          average(mean, batch.mean);
          average(variance, unbiased as Tensor1D);
        });
        tf.dispose([batch.mean, batch.variance]);
        return batch.y;
      },
    };
  };
}

/** Parametric ReLU with one slope a channel, 0.25 at first; parameter `<name>.weight`. */
export function prelu(name: string): Layer {
  const weight = `${name}.weight`;
  return (input) => ({
    output: input,
    slots: [{ name: weight, shape: [input.at(-1)!], role: "slope", initial: constant(0.25) }],
    multiplyAdds: 0,
    activations: sizeOf(input),
    apply: (x, values) => runPrelu(x, values(weight) as unknown as Tensor1D),
  });
}

/**
 * Max pooling over 2×2 windows with stride 2; an odd last row or column is left out, as in PyTorch.
 *
 * @throws {RangeError} if a side of the input is below 2.
 */
export function maxPool(): Layer {
  return (input) => {
    const [height, width, channels] = input as [number, number, number];
    if (height < 2 || width < 2) {
      throw new RangeError(
        `Cannot pool an image of ${height}×${width}: both sides must be at least 2; use fewer blocks`,
      );
    }
    const output = [height >> 1, width >> 1, channels];
    return {
      output,
      slots: [],
      multiplyAdds: 0,
      activations: sizeOf(output),
      apply: (x) => tf.maxPool(x as Tensor4D, 2, 2, "valid"),
    };
  };
}

/** Flattens `[h, w, c]` to `[h·w·c]`, channels fastest. */
export function flatten(): Layer {
  return (input) => stateless([sizeOf(input)], (x) => tf.reshape(x, [x.shape[0]!, -1]));
}

/**
 * Dropout: zeroes each value with probability `rate` in training and scales the rest by `1/(1 − rate)`.
 *
 * @throws {TypeError} in training if the mode has no random stream.
 */
export function dropout(name: string, rate: number): Layer {
  return (input) =>
    stateless(input, (x, mode) => {
      if (!mode.training || rate === 0) return x;
      if (!mode.random) throw new TypeError(`Cannot apply ${name} in training: the mode has no random stream`);
      const random = mode.random.fork(name), threshold = rate * 2 ** 32, scale = 1 / (1 - rate);
      const mask = Float32Array.from({ length: x.size }, () => random.uint32() < threshold ? 0 : scale);
      return tf.mul(x, tf.tensor(mask, x.shape));
    });
}

/** Linear layer with bias, PyTorch's initial values; parameters `<name>.weight`, stored `[in, out]`, and `<name>.bias`. */
export function linear(name: string, units: number): Layer {
  const weight = `${name}.weight`, bias = `${name}.bias`;
  return (input) => {
    const inputs = sizeOf(input);
    return {
      output: [units],
      slots: [
        { name: weight, shape: [inputs, units], role: "weight", initial: torchUniform, fanIn: inputs },
        { name: bias, shape: [units], role: "bias", initial: torchUniform, fanIn: inputs },
      ],
      multiplyAdds: inputs * units,
      activations: units,
      apply: (x, values) => tf.add(tf.matMul(x as Tensor2D, values(weight) as unknown as Tensor2D), values(bias)),
    };
  };
}

/** A layer without parameters. */
function stateless(output: Shape, run: (x: Tensor, mode: ForwardMode) => Tensor): Module {
  return { output, slots: [], multiplyAdds: 0, activations: 0, apply: (x, _values, mode) => run(x, mode) };
}
