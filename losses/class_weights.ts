/**
 * The class weights, in as many parts as WebGPU can bind: the same on every backend, so that a checkpoint fits them all.
 *
 * @module
 */
import { keepOnDevice } from "../tensor/kernels/class_rows.ts";
import { type Parameter, parameter } from "../tensor/parameter.ts";
import { type Tensor2D, tf } from "../tensor/tf.ts";
import type { HeadContext } from "./head.ts";

/** Standard deviation of the initial class weights, as in the paper's own code. */
const DEVIATION = 0.01;

/** Bytes that every WebGPU device can bind as one buffer, by the standard. */
export const LARGEST_BINDING: number = 2 ** 27;

/** Bytes of the WASM heap that the class weights may take, with gradient and velocity; the rest is for the network. */
const LARGEST_HEAP = 2 ** 32 - 2 ** 29;

/** Consecutive classes whose weights are one tensor. */
export interface Shard {
  /** Their weights, shape `[n, d]`. */
  readonly weights: Tensor2D;
  /** The first of them. */
  readonly first: number;
}

/** Settings of {@link classWeights}. */
export interface ClassWeightOptions {
  /** Share of the classes that a step updates; see `sampling.ts`. */
  readonly sampleRate?: number;
  /** Centres of a class, rows that follow one another; by default 1. */
  readonly centres?: number;
  /** Bytes of the largest part. */
  readonly largestPart?: number;
}

/**
 * Class weights `W`, shape `[classes · centres, d]`, drawn from N(0, 0.01) by the stream `head.weight`, whatever the parts.
 *
 * One parameter `head.weight`, or `head.weight.0`, `head.weight.1`, … of about equal size, at most 128 MiB each.
 *
 * @throws {RangeError} if they cannot fit the heap of the WASM backend.
 */
export function classWeights(context: HeadContext, options: ClassWeightOptions = {}): readonly Parameter[] {
  const { embedding, random } = context, { sampleRate = 1, centres = 1, largestPart = LARGEST_BINDING } = options;
  const classes = centres * context.classes;
  if (tf.getBackend() === "wasm") checkHeap({ classes, embedding }, sampleRate);
  const stream = random.fork("head.weight");
  const largest = Math.max(1, Math.floor(largestPart / (4 * embedding * centres)));
  const rows = centres * partRows(context.classes, largest);
  const parts = Math.ceil(classes / rows);
  let spare: Float32Array | undefined;
  return Array.from({ length: parts }, (_, part) => {
    const count = Math.min(rows, classes - part * rows), size = count * embedding;
    const values = spare?.subarray(0, size) ?? new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = DEVIATION * stream.normal();
    const name = parts === 1 ? "head.weight" : `head.weight.${part}`;
    const made = parameter(name, values, { shape: [count, embedding], role: "class" });
    spare = keepOnDevice(made.variable) ? values : undefined;
    return made;
  });
}

/** Rows of a part: about as many in each, of a number that products like. */
function partRows(classes: number, largest: number): number {
  const even = classes / Math.ceil(classes / largest);
  return Math.min(largest, 64 * Math.ceil(even / 64));
}

/** Weights, velocity and gradient; of a sampled step also the sampled rows. */
function checkHeap({ classes, embedding }: { classes: number; embedding: number }, rate: number): void {
  const copies = rate === 1 ? 3 : 2 + 2 * rate;
  const largest = Math.floor(LARGEST_HEAP / (4 * embedding * copies));
  if (classes <= largest) return;
  // No rate helps where weights and velocity alone, which are never sampled, do not fit.
  const helps = 2 * 4 * embedding * classes < LARGEST_HEAP;
  throw new RangeError(
    `Cannot allocate the class weights: found ${classes} classes of ${embedding} dimensions, wanted at most ` +
      `${largest}, as the WASM heap ends at 4 GiB; use the webgpu backend${helps ? ", or a smaller sampleRate" : ""}`,
  );
}

/** Puts tensors that follow one another side by side as shards. */
export function shardsOf(weights: readonly Tensor2D[]): readonly Shard[] {
  let next = 0;
  return weights.map((weights) => {
    const first = next;
    next += weights.shape[0];
    return { weights, first };
  });
}
