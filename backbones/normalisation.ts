/**
 * Batch normalisation as a layer, with the PReLU, the pooling or the sum that follows it in the same pass.
 *
 * @module
 */
import { batchNorm as normalise, batchNormGradient } from "../tensor/kernels/mod.ts";
import { type Tensor, type Tensor1D, type Tensor4D, tf, type Variable } from "../tensor/tf.ts";
import { emitPrelu } from "./graph.ts";
import { constant } from "./initialisers.ts";
import { keeping, slopeSlot } from "./layers.ts";
import { type Layer, type Shape, sizeOf, type Slot, type Values } from "./module.ts";

/** Settings of {@link batchNorm}. */
export interface BatchNormSettings {
  /** Added to the variance; by default 1e-5. */
  readonly epsilon?: number;
  /** Weight of a batch in the running averages; by default 0.1. */
  readonly momentum?: number;
  /** Whether γ is learned (default) or fixed at 1, as in the output of the published IResNet. */
  readonly learnScale?: boolean;
  /** Name of a PReLU that follows, with its slopes as the parameter `<name>.weight`, 0.25 at first. */
  readonly prelu?: string;
  /** Whether max pooling over 2×2 windows with stride 2 follows; an odd last row or column is left out, as in PyTorch. */
  readonly pool?: boolean;
}

/**
 * Batch normalisation with running averages; parameters `<name>.weight`, `.bias`, `.running_mean`, `.running_var`.
 *
 * Training normalises with the biased batch variance and averages the unbiased one, as PyTorch does.
 *
 * @throws {RangeError} if it pools and a side of its input is below 2.
 */
export function batchNorm(name: string, settings: BatchNormSettings = {}): Layer {
  const { epsilon = 1e-5, momentum = 0.1, learnScale = true, prelu, pool = false } = settings;
  return (input) => {
    const channels = input.at(-1)!, output = pool ? halved(input) : input, slots = slotsOf(name, input, learnScale);
    const [gamma, beta, mean, variance] = slots.map((slot) => slot.name) as [string, string, string, string];
    const slopes = prelu === undefined ? undefined : `${prelu}.weight`;
    const size = sizeOf(input);
    const read = (values: Values) => ({
      gamma: vector(values(gamma)),
      beta: vector(values(beta)),
      epsilon,
      pool,
      ...slopes === undefined ? {} : { slope: vector(values(slopes)) },
    });
    return {
      output,
      slots: [...slots, ...slopes === undefined ? [] : [slopeSlot(slopes, input)]],
      multiplyAdds: 0,
      memory: { kept: size, forward: sizeOf(output), backward: 2 * size + sizeOf(output) },
      addsResidual: true,
      infer(x, values) {
        const rank4 = (x.rank === 4 ? x : tf.reshape(x, [x.shape[0]!, 1, 1, channels])) as Tensor4D;
        const { gamma, beta, slope } = read(values);
        let y: Tensor = tf.batchNorm(rank4, vector(values(mean)), vector(values(variance)), beta, gamma, epsilon);
        if (slope) y = tf.prelu(y, slope);
        return pool ? tf.maxPool(y as Tensor4D, 2, 2, "valid") : tf.reshape(y, x.shape);
      },
      emit(graph, x) {
        const inputs = [gamma, beta, mean, variance].map((name) => graph.parameter(name, [channels]));
        let y = graph.add("BatchNormalization", [x, ...inputs], { epsilon: { float: epsilon } });
        if (slopes !== undefined) y = emitPrelu(graph, y, slopes, input);
        return pool ? graph.add("MaxPool", [y], { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }) : y;
      },
      trace(x, values, { keep, averages }, residual) {
        const options = read(values);
        const { y, ...batch } = normalise(x, { ...options, ...residual ? { residual } : {} });
        const rows = x.shape.slice(0, -1).reduce((a, b) => a * b, 1);
        averages?.add(values(mean), batch.mean, { momentum, scale: 1 });
        averages?.add(values(variance), batch.variance, { momentum, scale: rows / Math.max(1, rows - 1) });
        const trace = keeping(y, keep ? [x, batch.mean, batch.variance] : [], ([x, mean, variance], dy, gradients) => {
          const statistics = { mean: mean as Tensor1D, variance: variance as Tensor1D };
          const found = batchNormGradient(x!, dy, { ...options, ...statistics });
          if (learnScale) gradients.add(gamma, found.gamma);
          else found.gamma.dispose();
          gradients.add(beta, found.beta);
          if (slopes !== undefined) gradients.add(slopes, found.slope!);
          return found.x;
        });
        tf.dispose([batch.mean, batch.variance]);
        return trace;
      },
    };
  };
}

function vector(variable: Variable): Tensor1D {
  return variable as unknown as Tensor1D;
}

/** γ, β, running mean and running variance. */
function slotsOf(name: string, input: Shape, learnScale: boolean): Slot[] {
  const shape = [input.at(-1)!];
  return [
    { name: `${name}.weight`, shape, role: "norm", trainable: learnScale, initial: constant(1) },
    { name: `${name}.bias`, shape, role: "norm", initial: constant(0) },
    { name: `${name}.running_mean`, shape, role: "statistic", initial: constant(0) },
    { name: `${name}.running_var`, shape, role: "statistic", initial: constant(1) },
  ];
}

/** Shape after 2×2 pooling. */
function halved(input: Shape): Shape {
  const [height, width, channels] = input as [number, number, number];
  if (height < 2 || width < 2) {
    throw new RangeError(`Cannot pool an image of ${height}×${width}: both sides must be at least 2; use fewer blocks`);
  }
  return [height >> 1, width >> 1, channels];
}
