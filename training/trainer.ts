/**
 * The training loop: batches in, one event a step out.
 *
 * @module
 */
import type { Backbone } from "../backbones/backbone.ts";
import type { Head } from "../losses/head.ts";
import { checkDevice } from "../tensor/device.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Random } from "../tensor/random.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from "../tensor/tf.ts";
import { DivergenceError, firstBadTensor } from "./divergence.ts";
import type { Optimizer } from "./optimizer.ts";

/** A batch on the host: normalised images `[batch, h, w, c]`, and the class of each. */
export interface HostBatch {
  /** Pixels as the network sees them, row-major `[batch, h, w, c]`. */
  readonly images: Float32Array;
  /** Class index of each image. */
  readonly labels: Int32Array;
}

/** A loss with its weight in the total. */
export interface WeightedHead {
  /** The loss. */
  readonly head: Head;
  /** Its factor in the total. */
  readonly weight: number;
}

/** What {@link train} works on. */
export interface TrainOptions {
  /** What is trained; its forward pass is run in training mode. */
  readonly backbone: Backbone;
  /** The losses, each with its weight; the first is the main head, whose statistics are reported. */
  readonly heads: readonly [WeightedHead, ...WeightedHead[]];
  /** Made for {@link trainableOf}, in that order. */
  readonly optimizer: Optimizer;
  /** Learning rate of a step, from 0. */
  readonly learningRate: (step: number) => number;
  /** Updates in all. */
  readonly steps: number;
  /** Updates done already, when resuming. */
  readonly from?: number;
  /** Height, width and channels of an image. */
  readonly shape: readonly [number, number, number];
  /** The batch of a step, from 0. */
  readonly batch: (step: number) => Promise<HostBatch>;
  /** Stream for dropout; step t uses its fork t. */
  readonly random: Random;
}

/** One update. */
export interface StepEvent {
  /** Updates done, from 1. */
  readonly step: number;
  /** Total loss of the batch, before the update. */
  readonly loss: number;
  /** Learning rate of the update. */
  readonly learningRate: number;
  /** Euclidean norm of the gradient over all trainable parameters. */
  readonly gradientNorm: number;
  /** The main head's statistics. */
  readonly statistics: Readonly<Record<string, number>>;
}

/** The parameters that training updates: the backbone's, then each head's. */
export function trainableOf(backbone: Backbone, heads: readonly { readonly head: Head }[]): Parameter[] {
  return [backbone, ...heads.map(({ head }) => head)]
    .flatMap(({ parameters }) => parameters)
    .filter(({ trainable }) => trainable);
}

/**
 * Trains, one event a step; the caller may stop between events and save a checkpoint.
 *
 * @throws {DivergenceError} at the first loss or gradient that is not finite; that step's update is not applied.
 */
export async function* train(options: TrainOptions): AsyncGenerator<StepEvent> {
  const { backbone, heads, optimizer, learningRate, steps, from = 0, batch, random } = options;
  const trainable = trainableOf(backbone, heads);
  for (let step = from; step < steps; step++) {
    const host = await batch(step);
    const images = tf.tensor4d(host.images, [host.labels.length, ...options.shape]);
    const labels = tf.tensor1d(host.labels, "int32");
    let result: Gradients | undefined;
    try {
      result = differentiate(options, trainable, images, labels, random.fork(step));
      const [loss, gradientNorm, ...values] = await result.figures.data() as Float32Array;
      checkDevice();
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
        const bad = await firstBadTensor({ images, trainable, gradients: result.gradients });
        throw new DivergenceError(step + 1, loss!, bad);
      }
      const rate = learningRate(step);
      optimizer.update(result.gradients, rate);
      const statistics = Object.fromEntries(result.names.map((name, i) => [name, values[i]!]));
      yield { step: step + 1, loss: loss!, learningRate: rate, gradientNorm: gradientNorm!, statistics };
    } finally {
      tf.dispose([images, labels, ...result ? [result.figures, ...result.gradients] : []]);
    }
  }
}

/** What {@link differentiate} gives; the caller disposes the tensors. */
interface Gradients {
  /** Loss, gradient norm, then the statistics. */
  readonly figures: Tensor1D;
  /** One for each trainable parameter. */
  readonly gradients: Tensor[];
  /** Names of the statistics. */
  readonly names: string[];
}

/** Loss, gradients and statistics of a batch. */
function differentiate(
  { backbone, heads }: TrainOptions,
  trainable: readonly Parameter[],
  images: Tensor4D,
  labels: Tensor1D,
  random: Random,
): Gradients {
  // Statistics leave the tape's scope by tf.keep, so they are freed by hand, also when a later head throws.
  let statistics: Record<string, Scalar> = {};
  const compute = () => {
    const total = () => {
      const embeddings = backbone.forward(images, { training: true, random }) as Tensor2D;
      const losses = heads.map(({ head, weight }, i) => {
        const output = head.loss(embeddings, labels);
        if (i === 0) statistics = mapValues(output.statistics, (value) => tf.keep(value));
        return weight === 1 ? output.loss : tf.mul(output.loss, weight) as Scalar;
      });
      return losses.reduce((sum, loss) => tf.add(sum, loss) as Scalar);
    };
    const { value, grads } = tf.variableGrads(total, trainable.map(({ variable }) => variable));
    const gradients = trainable.map(({ name, variable }) => {
      const gradient = grads[variable.name];
      if (!gradient) throw new TypeError(`Cannot train "${name}": the loss does not depend on it`);
      return gradient;
    });
    // Not tf.addN: on WebGPU it binds one buffer a term, and adapters allow eight.
    const norm = tf.sqrt(tf.sum(tf.stack(gradients.map((gradient) => tf.sum(tf.square(gradient))))));
    const names = Object.keys(statistics);
    const figures = tf.stack([value, norm, ...names.map((name) => statistics[name]!)]) as Tensor1D;
    return { figures, gradients, names };
  };
  try {
    return tf.tidy(compute as () => never);
  } finally {
    tf.dispose(Object.values(statistics));
  }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, fn: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, fn(value)]));
}
