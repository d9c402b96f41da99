/**
 * Partial FC: each step sees all classes of its batch and a uniform sample of the others.
 *
 * Source: X. An et al., "Killing Two Birds with One Stone", https://arxiv.org/abs/2203.15565.
 *
 * @module
 */
import { gatherRows } from "../tensor/kernels/class_rows.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Random } from "../tensor/random.ts";
import { type Tensor, type Tensor1D, tf } from "../tensor/tf.ts";
import type { HeadStep } from "./head.ts";

/** What {@link sampleClasses} draws from. */
export interface SampleOptions {
  /** Number of classes `C`. */
  readonly classes: number;
  /** Share `r` of the classes, in `(0, 1]`. */
  readonly rate: number;
  /** Class of every sample of the batch, on the host. */
  readonly labels: Int32Array;
  /** Stream of this step. */
  readonly random: Random;
}

/**
 * The classes of a step, ascending: those of the batch, then others drawn uniformly without replacement up to `⌈r C⌉`.
 * Where the batch has more classes than that, these are all.
 */
export function sampleClasses({ classes, rate, labels, random }: SampleOptions): Int32Array {
  const taken = new Uint8Array(classes);
  let positives = 0;
  for (const label of labels) positives += 1 - taken[label]!, taken[label] = 1;
  const wanted = Math.max(0, Math.ceil(rate * classes) - positives);
  mark(taken, { wanted, others: classes - positives, random });
  const sampled = new Int32Array(positives + wanted);
  for (let j = 0, i = 0; j < classes; j++) if (taken[j] === 1) sampled[i++] = j;
  return sampled;
}

/** Marks `wanted` of the `others` classes that are not taken, each set of them equally likely. */
function mark(
  taken: Uint8Array,
  { wanted, others, random }: { wanted: number; others: number; random: Random },
): void {
  // Rejection is uniform and quick up to half of the classes; beyond, it draws those to leave out.
  const leaveOut = 2 * wanted > others;
  const drawn = leaveOut ? 2 : 1;
  for (let left = leaveOut ? others - wanted : wanted; left > 0;) {
    const at = random.integer(taken.length);
    if (taken[at] !== 0) continue;
    taken[at] = drawn;
    left--;
  }
  if (leaveOut) { for (let j = 0; j < taken.length; j++) taken[j] = taken[j] === 2 ? 0 : 1; }
}

/** The sample of a step, as a head uses it. */
export interface ClassSample {
  /** Labels counted among the sampled classes; the caller disposes them. */
  relabel(labels: Tensor1D): Tensor1D;
  /** The rows of the parameter of this index that take part, int32; the caller disposes them. */
  rows(index: number): Tensor1D;
  /** Those rows of every parameter; the caller disposes them. */
  gather(parameters: readonly Parameter[]): Tensor[];
}

/**
 * Draws the sample of a step.
 *
 * @param parameters Parts of the class weights in order, then, if there is one, the bias of all classes.
 * @throws {TypeError} without a step to draw for.
 */
export function sampleHead(
  parameters: readonly Parameter[],
  { classes, rate, step }: { classes: number; rate: number; step: HeadStep | undefined },
): ClassSample {
  if (!step) throw new TypeError("Cannot sample classes: found no step, wanted its stream and labels");
  const { labels, random } = step;
  const sampled = sampleClasses({ classes, rate, labels, random: random.fork("classes") });
  let next = 0;
  const lists = parameters.map(({ variable: { shape: [rows = 0], rank } }) => {
    const first = rank === 1 ? 0 : next;
    next = first + rows;
    return sampled.subarray(lowerBound(sampled, first), lowerBound(sampled, next)).map((j) => j - first);
  });
  const rows = (index: number) => tf.tensor1d(lists[index]!, "int32");
  return {
    rows,
    relabel: (labels) => tf.tidy(() => tf.gather(tf.tensor1d(placesOf(sampled, classes), "int32"), labels)),
    gather: (parameters) => parameters.map(({ variable }, i) => tf.tidy(() => gatherRows(variable as Tensor, rows(i)))),
  };
}

/** How many of ascending numbers are below `limit`. */
function lowerBound(numbers: Int32Array, limit: number): number {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Place of each class among the sampled ones, for all classes; 0 for those that are not. */
function placesOf(sampled: Int32Array, classes: number): Int32Array {
  const places = new Int32Array(classes);
  for (let i = 0; i < sampled.length; i++) places[sampled[i]!] = i;
  return places;
}
