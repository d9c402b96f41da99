/**
 * One step of training up to its gradients: upload, forward, backward, over one or several parts of a batch.
 *
 * @module
 */
import { uploadNow } from "../tensor/device.ts";
import { isRowGradient, type RowGradient } from "../tensor/kernels/mod.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from "../tensor/tf.ts";
import { type ClipOptions, clippedCount, partNorm } from "./clip.ts";
import type { HostBatch, TrainOptions } from "./trainer.ts";

/** A batch on the device, in parts. */
export interface UploadedBatch {
  /** Parts of equal size. */
  readonly parts: readonly { readonly images: Tensor4D; readonly labels: Tensor1D }[];
  /** Class of every image of all parts. */
  readonly labels: Int32Array;
  /** Frees them. */
  dispose(): void;
}

/**
 * Uploads a batch in equal parts.
 *
 * @throws {RangeError} if it cannot be split into equal parts.
 */
export function uploadBatch(
  { images, labels }: HostBatch,
  shape: readonly [number, number, number],
  count: number,
): UploadedBatch {
  const size = labels.length / count, pixels = images.length / count;
  if (!Number.isInteger(size)) {
    throw new RangeError(`Cannot split a batch of ${labels.length} images: wanted ${count} parts of equal size`);
  }
  const parts = Array.from({ length: count }, (_, i) => ({
    images: tf.tensor4d(images.subarray(i * pixels, (i + 1) * pixels), [size, ...shape]),
    labels: tf.tensor1d(labels.subarray(i * size, (i + 1) * size), "int32"),
  }));
  parts.forEach(({ images, labels }) => [images, labels].forEach(uploadNow));
  return { parts, labels, dispose: () => parts.forEach(({ images, labels }) => tf.dispose([images, labels])) };
}

/** What {@link computeStep} gives. */
export interface StepResult {
  /** Mean loss of the batch, without the loss scale. */
  readonly loss: Scalar;
  /** One for each trainable parameter, times the loss scale. */
  readonly gradients: readonly (Tensor | RowGradient)[];
  /** Sum of squares of each gradient; when told, and for clipping. */
  readonly squares: Tensor1D | undefined;
  /** Loss, norm of all gradients, norm of those that are clipped, then the heads' statistics; only when told. */
  readonly figures: Tensor1D | undefined;
  /** Names of the statistics. */
  readonly names: readonly string[];
  /** θ_y of every image in radians, shape `[batch]`; only of heads that give it, and when it is watched. */
  readonly angles: Tensor1D | undefined;
  /** Frees all tensors. */
  dispose(): void;
}

/** Loss, gradients and, if they will be told, statistics of a batch; the parts' are averaged. */
export function computeStep(
  options: TrainOptions,
  trainable: readonly Parameter[],
  batch: UploadedBatch,
  { step, told, watched = false }: { step: number; told: boolean; watched?: boolean },
): StepResult {
  const { parts, labels: classes } = batch, random = options.random.fork(step), passes: Pass[] = [];
  let gradients: (Tensor | RowGradient)[] = [];
  try {
    for (const [i, part] of parts.entries()) {
      const masks = parts.length === 1 ? random : random.fork(i), share = 1 / parts.length;
      const pass = differentiate(options, trainable, {
        ...part,
        step,
        place: { index: i, count: parts.length },
        random,
        masks,
        classes,
        share,
        watched,
      });
      passes.push(pass);
      gradients = i === 0 ? [...pass.gradients] : gradients.map((sum, i) => addGradients(sum, pass.gradients[i]!));
    }
  } catch (error) {
    disposeGradients(gradients);
    passes.forEach(disposePass);
    throw error;
  }
  const backbone = options.backbone.parameters.filter(({ trainable }) => trainable).length;
  return finish(passes, gradients, { told, clip: options.clip, backbone });
}

function disposeGradients(gradients: readonly (Tensor | RowGradient)[]): void {
  tf.dispose(gradients.flatMap((one) => isRowGradient(one) ? [one.rows, one.values] : [one]));
}

/** Sum of two parts' gradients, which it takes over; the parts of a step have the same rows. */
function addGradients(a: Tensor | RowGradient, b: Tensor | RowGradient): Tensor | RowGradient {
  const sum = tf.add(valuesOf(a), valuesOf(b));
  const result = isRowGradient(a) ? { rows: a.rows, values: tf.keep(sum) as Tensor2D } : sum;
  tf.dispose([valuesOf(a), valuesOf(b), ...isRowGradient(b) ? [b.rows] : []]);
  return result;
}

/** The numbers of a gradient. */
export function valuesOf(gradient: Tensor | RowGradient): Tensor {
  return isRowGradient(gradient) ? gradient.values : gradient;
}

/** One pass forward and backward. */
interface Pass {
  readonly loss: Scalar;
  readonly gradients: readonly (Tensor | RowGradient)[];
  readonly statistics: Readonly<Record<string, Scalar>>;
  /** Of the main head, when they are watched. */
  readonly angles: Tensor1D | undefined;
}

function disposePass({ loss, statistics, angles }: Pass): void {
  tf.dispose([loss, ...Object.values(statistics), ...angles ? [angles] : []]);
}

/** Averages figures over the passes and frees the passes' own. */
function finish(
  passes: readonly Pass[],
  gradients: readonly (Tensor | RowGradient)[],
  { told, clip, backbone }: { told: boolean; clip: ClipOptions | undefined; backbone: number },
): StepResult {
  const mean = (values: readonly Scalar[]) =>
    values.length === 1 ? values[0]! : tf.div(values.reduce((a, b) => tf.add(a, b) as Scalar), values.length);
  const names = Object.keys(passes[0]!.statistics);
  const [loss, squares, figures] = tf.tidy(() => {
    const loss = tf.clone(mean(passes.map((pass) => pass.loss))) as Scalar;
    if (!told && !clip) return [loss];
    // Not tf.addN: on WebGPU it binds one buffer a term, and adapters allow eight.
    const squares = tf.stack(gradients.map((gradient) => tf.sum(tf.square(valuesOf(gradient))))) as Tensor1D;
    if (!told) return [loss, squares];
    const all = squares.size, clipped = clip ? clippedCount(clip, { all, backbone }) : all;
    const statistics = names.map((name) => mean(passes.map((pass) => pass.statistics[name]!)));
    return [loss, squares, tf.stack([loss, partNorm(squares, all), partNorm(squares, clipped), ...statistics])];
  }) as [Scalar, Tensor1D?, Tensor1D?];
  const parts = passes.flatMap(({ angles }) => angles ? [angles] : []);
  const angles = parts.length > 0 ? tf.concat(parts) as Tensor1D : undefined;
  passes.forEach(disposePass);
  return {
    loss,
    gradients,
    squares,
    figures,
    names,
    angles,
    dispose() {
      tf.dispose([loss, ...[squares, figures, angles].flatMap((one) => one ? [one] : [])]);
      disposeGradients(gradients);
    },
  };
}

/** Loss, gradients and statistics of one part of a batch. */
function differentiate(
  { backbone, heads, lossScale }: TrainOptions,
  trainable: readonly Parameter[],
  { images, labels, step: at, place, random, masks, classes, share, watched }: {
    images: Tensor4D;
    labels: Tensor1D;
    /** The step, from 0. */
    step: number;
    /** Which part, of how many. */
    place: { index: number; count: number };
    /** Stream of the step. */
    random: TrainOptions["random"];
    /** Stream of this part, for dropout. */
    masks: TrainOptions["random"];
    /** Classes of all parts. */
    classes: Int32Array;
    /** Its share in the gradient of the whole batch. */
    share: number;
    /** Whether the main head's angles are kept. */
    watched: boolean;
  },
): Pass {
  // What leaves the tape's scope leaves by tf.keep, and is freed by hand, also when a later head throws.
  let statistics: Record<string, Scalar> = {}, loss: Scalar | undefined, angles: Tensor1D | undefined;
  const rows = new Map<Parameter, RowGradient>();
  const step = {
    step: at,
    random,
    part: masks,
    place,
    labels: classes,
    takeRows: (of: Parameter, gradient: RowGradient) => void rows.set(of, gradient),
  };
  const total = () => {
    const embeddings = backbone.forward(images, { training: true, random: masks }) as Tensor2D;
    const losses = heads.map(({ head, weight, name }, i) => {
      const output = head.loss(embeddings, labels, step);
      const own = mapValues(i === 0 ? output.statistics : { loss: output.loss, ...output.statistics }, (value) => {
        return tf.keep(tf.clone(value)) as Scalar;
      });
      statistics = { ...statistics, ...i === 0 ? own : prefixed(name ?? `auxiliary${i - 1}`, own) };
      if (i === 0 && watched && output.angles) angles = tf.keep(output.angles);
      return weight === 1 ? output.loss : tf.mul(output.loss, weight) as Scalar;
    });
    loss = tf.keep(losses.reduce((sum, loss) => tf.add(sum, loss) as Scalar));
    const part = share === 1 ? tf.clone(loss) : tf.mul(loss, share);
    return (lossScale ? tf.mul(part, lossScale.factor()) : part) as Scalar;
  };
  try {
    const { value, grads } = tf.variableGrads(total, trainable.map(({ variable }) => variable));
    value.dispose();
    const gradients = trainable.map((one) => {
      if (rows.has(one) && grads[one.variable.name]) {
        tf.dispose(grads);
        throw new TypeError(
          `Cannot train "${one.name}": one loss gives the gradient of sampled rows, another one that of all rows, ` +
            "wanted a head with a sampleRate of 1 beside losses on its class weights",
        );
      }
      const gradient = grads[one.variable.name] ?? rows.get(one);
      if (!gradient) {
        tf.dispose(grads);
        throw new TypeError(`Cannot train "${one.name}": the loss does not depend on it`);
      }
      return gradient;
    });
    return { loss: loss!, gradients, statistics, angles };
  } catch (error) {
    tf.dispose([...Object.values(statistics), ...loss ? [loss] : [], ...angles ? [angles as Tensor1D] : []]);
    disposeGradients([...rows.values()]);
    throw error;
  }
}

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [`${prefix}.${key}`, value]));
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, fn: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, fn(value)]));
}
