/**
 * The sampler that draws classes as often as it is told, whatever their size.
 *
 * @module
 */
import { z } from "zod";
import { defineSampler, type SamplerPlugin } from "./augmentation.ts";

/**
 * Draws each image on its own: a class c of n_c images with probability `n_c^power / Σ n^power`, then an image of it
 * uniformly, with replacement. Every step draws from a stream of its own.
 */
export const balanced: SamplerPlugin = defineSampler({
  name: "balanced",
  version: "1.0.0",
  summary: "Classes drawn by their size to a power: all alike at 0, as the data has them at 1; with replacement",
  reference: "https://arxiv.org/abs/1910.09217",
  formula: "P(class c) = n_c^power / Σ_j n_j^power, P(image | c) = 1 / n_c",
  params: z.strictObject({
    power: z.number().min(0).max(1).default(0).describe(
      "0 draws all classes alike, ½ by the square root of their size, 1 by their size",
    ),
  }),
  create({ power }, { labels, batchSize, random }) {
    if (labels.length === 0) throw new RangeError("Cannot balance a set of 0 images: at least one is wanted");
    const { images, starts } = groupByClass(labels), count = starts.length - 1;
    const sizeOf = (label: number): number => starts[label + 1]! - starts[label]!;
    const sums = new Float64Array(count);
    for (let label = 0, sum = 0; label < count; label++) {
      sum += sizeOf(label) === 0 ? 0 : sizeOf(label) ** power;
      sums[label] = sum;
    }
    return (step) => {
      const stream = random.fork(step);
      return Int32Array.from({ length: batchSize }, () => {
        const label = firstAbove(sums, stream.uniform() * sums[count - 1]!);
        return images[starts[label]! + stream.integer(sizeOf(label))]!;
      });
    };
  },
});

/** Images of each class, ascending, one class after the other; class `c` has places `starts[c]` to `starts[c + 1]`. */
function groupByClass(labels: Int32Array): { images: Int32Array; starts: Int32Array } {
  let count = 0;
  for (const label of labels) count = Math.max(count, label + 1);
  const starts = new Int32Array(count + 1), images = new Int32Array(labels.length);
  for (const label of labels) starts[label + 1]!++;
  for (let label = 0; label < count; label++) starts[label + 1]! += starts[label]!;
  const next = starts.slice();
  labels.forEach((label, image) => images[next[label]!++] = image);
  return { images, starts };
}

/** The first place whose sum is above a value: classes without images are never drawn. */
function firstAbove(sums: Float64Array, value: number): number {
  let low = 0, high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
