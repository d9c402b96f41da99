/**
 * The training loop: batches in, one event a step out.
 *
 * @module
 */
import type { Backbone } from "../backbones/backbone.ts";
import type { Head } from "../losses/head.ts";
import { checkDevice, settleDevice } from "../tensor/device.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Random } from "../tensor/random.ts";
import { tf } from "../tensor/tf.ts";
import { clipFactor, clipGates, type ClipOptions } from "./clip.ts";
import { DivergenceError, firstBadTensor } from "./divergence.ts";
import { LEAST_FACTOR, type LossScale } from "./loss_scale.ts";
import type { Optimizer } from "./optimizer.ts";
import { computeStep, type StepResult, uploadBatch, type UploadedBatch } from "./step.ts";
import { keepAngles, type KeptAngles, type StepAngles } from "./target_angles.ts";
import type { WeightAverage } from "./weight_average.ts";

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
  /** Prefix of its loss and statistics, where it is not the first. */
  readonly name?: string;
}

/** What {@link train} works on. */
export interface TrainOptions {
  /** What is trained; its forward pass is run in training mode. */
  readonly backbone: Backbone;
  /** The losses, each with its weight; the first is the main head. */
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
  /** The batch of a step, from 0; asked for while the step before is at work. */
  readonly batch: (step: number) => Promise<HostBatch>;
  /** Parts of equal size into which a batch is split, their gradients averaged; by default 1. */
  readonly accumulate?: number;
  /** Factor of the loss that keeps float16 gradients from vanishing; absent for float32. */
  readonly lossScale?: LossScale;
  /** Clips gradients; absent to take them as they are. */
  readonly clip?: ClipOptions;
  /** Follows the weights, an update behind every one of theirs. */
  readonly average?: WeightAverage;
  /** Stream for dropout; step t uses its fork t. */
  readonly random: Random;
  /** Give an event every this many steps, and at the last; the device works on undisturbed between. By default 1. */
  readonly logEvery?: number;
  /** Steps, from 1, that give an event whatever `logEvery` says, for checkpoints. */
  readonly pauseAt?: (step: number) => boolean;
  /** Steps, from 1, whose target angles the next event tells, for heads that give them. */
  readonly watchAngles?: (step: number) => boolean;
  /** Aborted to end after the current step, with its event. */
  readonly stop?: AbortSignal;
}

/** Updates that were done, as {@link train} tells them. */
export interface StepEvent {
  /** Updates done, from 1. */
  readonly step: number;
  /** Total loss of this update's batch, before the update. */
  readonly loss: number;
  /** Learning rate of the update. */
  readonly learningRate: number;
  /** Euclidean norm of the gradient over all trainable parameters, before it is clipped. */
  readonly gradientNorm: number;
  /** What clipping multiplied gradients by, 1 for those within the norm; absent without clipping. */
  readonly clipFactor?: number;
  /** The main head's statistics, and loss and statistics of the others as `name.statistic`. */
  readonly statistics: Readonly<Record<string, number>>;
  /** Angles of the watched steps since the event before, this one included; absent where there are none. */
  readonly targetAngles?: readonly StepAngles[];
}

/** The parameters that training updates: the backbone's, then each head's. */
export function trainableOf(backbone: Backbone, heads: readonly { readonly head: Head }[]): Parameter[] {
  return [backbone, ...heads.map(({ head }) => head)]
    .flatMap(({ parameters }) => parameters)
    .filter(({ trainable }) => trainable);
}

/**
 * Trains. Nothing is read from the device between events; at an event the variables are those of its step, so the
 * caller may save a checkpoint, or leave.
 *
 * @throws {DivergenceError} when an event's step has a loss or gradient that is not finite, or a step since the event
 *   before has such a loss; the update of the event's own step is not applied.
 */
export async function* train(options: TrainOptions): AsyncGenerator<StepEvent> {
  const { steps, from = 0, logEvery = 1, pauseAt, watchAngles, stop } = options;
  const trainable = trainableOf(options.backbone, options.heads);
  const input = prefetch(options);
  const losses = collectLosses(), angles = keepAngles();
  try {
    for (let step = from; step < steps; step++) {
      const batch = await input.next(step);
      const done = step + 1;
      const told = done === steps || done % logEvery === 0 || pauseAt?.(done) === true || stop?.aborted === true;
      let result: StepResult | undefined;
      try {
        result = computeStep(options, trainable, batch, { step, told, watched: watchAngles?.(done) === true });
        if (result.angles) angles.add(done, result.angles);
        if (!told) {
          losses.add(result.loss);
          update(options, result, step);
          await settleDevice();
          continue;
        }
        const event = await readEvent(options, result, { step, losses, angles, batch, trainable });
        update(options, result, step);
        yield event;
      } finally {
        result?.dispose();
        batch.dispose();
      }
      if (stop?.aborted) return;
    }
  } finally {
    losses.dispose();
    angles.dispose();
    await input.close();
  }
}

/** Applies a step's gradients, clipped; in float16, only those without overflow. */
function update(options: TrainOptions, { gradients, squares }: StepResult, step: number): void {
  const { backbone, optimizer, learningRate, lossScale, clip, average } = options;
  const rate = learningRate(step), gate = lossScale?.accept(gradients);
  if (clip) {
    const count = trainableOf(backbone, []).length;
    const { gates, clipping } = clipGates(squares!, clip, { backbone: count, ...gate ? { gate } : {} });
    optimizer.update(gradients, rate, gates);
    clipping.dispose();
  } else {
    optimizer.update(gradients, rate, gate ? gradients.map(() => gate) : []);
  }
  gate?.dispose();
  average?.update();
}

/** Reads a step's figures, and the losses since the event before. */
async function readEvent(
  options: TrainOptions,
  result: StepResult,
  { step, losses, angles, batch, trainable }: {
    step: number;
    losses: Losses;
    angles: KeptAngles;
    batch: UploadedBatch;
    trainable: readonly Parameter[];
  },
): Promise<StepEvent> {
  const earlier = await losses.read();
  const [loss, norm, clipped, ...values] = await result.figures!.data() as Float32Array;
  const factor = await options.lossScale?.read() ?? 1;
  const targetAngles = await angles.read();
  checkDevice();
  const bad = earlier.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DivergenceError(step + 1 - earlier.length + bad, earlier[bad]!, "loss");
  // Float16 gradients that overflow are skipped, not fatal.
  if (!Number.isFinite(loss) || !options.lossScale && !Number.isFinite(norm)) {
    const tensor = await firstBadTensor({ images: batch.parts[0]!.images, trainable, gradients: result.gradients });
    throw new DivergenceError(step + 1, loss!, tensor);
  }
  if (factor <= LEAST_FACTOR) throw new DivergenceError(step + 1, loss!, "float16 gradients, whatever the loss scale");
  return {
    step: step + 1,
    loss: loss!,
    learningRate: options.learningRate(step),
    gradientNorm: norm! / factor,
    ...options.clip ? { clipFactor: clipFactor(options.clip, clipped! / factor) } : {},
    statistics: Object.fromEntries(result.names.map((name, i) => [name, values[i]!])),
    ...targetAngles.length > 0 ? { targetAngles } : {},
  };
}

/** Batches of consecutive steps, each asked for and uploaded while the step before is at work. */
function prefetch(options: TrainOptions): { next(step: number): Promise<UploadedBatch>; close(): Promise<void> } {
  const { steps, batch, shape, accumulate = 1 } = options;
  let ahead: Promise<UploadedBatch> | undefined;
  const fetch = (step: number) => {
    const promise = batch(step).then((host) => uploadBatch(host, shape, accumulate));
    // A failure is thrown where the batch is wanted.
    promise.catch(() => {});
    return promise;
  };
  return {
    async next(step) {
      const current = await (ahead ?? fetch(step));
      ahead = step + 1 < steps ? fetch(step + 1) : undefined;
      return current;
    },
    async close() {
      const left = await ahead?.catch(() => undefined);
      left?.dispose();
    },
  };
}

/** Losses that are still on the device. */
interface Losses {
  add(loss: tf.Scalar): void;
  read(): Promise<number[]>;
  dispose(): void;
}

function collectLosses(): Losses {
  let kept: tf.Scalar[] = [];
  const dispose = () => {
    tf.dispose(kept);
    kept = [];
  };
  return {
    add: (loss) => void kept.push(tf.keep(tf.clone(loss))),
    async read() {
      if (kept.length === 0) return [];
      const all = tf.stack(kept), values = [...await all.data() as Float32Array];
      all.dispose();
      dispose();
      return values;
    },
    dispose,
  };
}
