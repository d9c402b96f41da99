/**
 * The sampler that shuffles every epoch.
 *
 * @module
 */
import { z } from "zod";
import { defineSampler, type SamplerPlugin } from "./augmentation.ts";

/**
 * Every image once an epoch, in a new order each epoch. Batches run on across the end of an epoch, so that none is
 * short and no image is left out: place `p = step · batchSize + i` is place `p mod n` of epoch `⌊p / n⌋`.
 */
export const shuffle: SamplerPlugin = defineSampler({
  name: "shuffle",
  version: "1.0.0",
  summary: "Every image once an epoch, in a new order each epoch; batches run on across epochs",
  reference: "https://arxiv.org/abs/1206.5533",
  formula: "p = step · batchSize + i; image = permutation[⌊p / n⌋][p mod n]",
  params: z.strictObject({}),
  create(_params, { labels, batchSize, random }) {
    const n = labels.length;
    if (n === 0) throw new RangeError("Cannot shuffle a set of 0 images: at least one is wanted");
    let epoch = -1, order = new Int32Array();
    return (step) => {
      const indices = new Int32Array(batchSize);
      for (let i = 0; i < batchSize; i++) {
        const place = step * batchSize + i, wanted = Math.floor(place / n);
        if (wanted !== epoch) epoch = wanted, order = Int32Array.from(random.fork(epoch).permutation(n));
        indices[i] = order[place % n]!;
      }
      return indices;
    };
  },
});
