/**
 * The sampler that puts several images of each identity into a batch.
 *
 * @module
 */
import { z } from "zod";
import { defineSampler, type SamplerPlugin } from "./augmentation.ts";
import { drawDistinct } from "./draw.ts";
import type { Random } from "../tensor/random.ts";

/**
 * P = batchSize / K identities a batch, K images of each side by side: every identity once an epoch, in a new order each
 * epoch, and other images of it each time. Batches run on across the end of an epoch: place `p = step · P + i` is place
 * `p mod n` of epoch `⌊p / n⌋`.
 *
 * The images of an identity are drawn without replacement; one with fewer than K is gone through whole before an image
 * comes again. Identities of one image have no pair and are left out. A. Hermans et al., "In Defense of the Triplet Loss",
 * https://arxiv.org/abs/1703.07737.
 */
export const identity: SamplerPlugin = defineSampler({
  name: "identity",
  version: "1.0.0",
  summary:
    "K images of each identity in a batch, every identity once an epoch; few images repeat, single ones are left out",
  reference: "https://arxiv.org/abs/1703.07737",
  formula: "p = step · batchSize / K + i; identity = permutation[⌊p / n⌋][p mod n]",
  params: z.strictObject({
    images: z.int().min(2).max(1024).default(4).describe(
      "Images K of each identity in a batch; batchSize, and that of its parts with accumulate, is a multiple",
    ),
  }),
  group: ({ images }) => images,
  create({ images }, { labels, batchSize, random }) {
    const count = batchSize / images;
    if (!Number.isInteger(count)) {
      throw new RangeError(
        `Cannot fill a batch of ${batchSize} with ${images} images of each identity: wanted a batchSize that ${images} divides`,
      );
    }
    const identities = imagesByIdentity(labels).filter((own) => own.length > 1), n = identities.length;
    if (n === 0) throw new RangeError("Cannot sample identities: none has 2 images, wanted a set in which some have");
    let epoch = -1, order = new Int32Array();
    return (step) => {
      const indices = new Int32Array(batchSize);
      for (let i = 0; i < count; i++) {
        const place = step * count + i, wanted = Math.floor(place / n);
        if (wanted !== epoch) epoch = wanted, order = Int32Array.from(random.fork(epoch).permutation(n));
        const chosen = order[place % n]!;
        indices.set(drawImages(identities[chosen]!, images, random.fork(`${epoch}/${chosen}`)), i * images);
      }
      return indices;
    };
  },
});

/** Image indices of each class, ascending. */
function imagesByIdentity(labels: Int32Array): number[][] {
  const all: number[][] = [];
  labels.forEach((label, index) => (all[label] ??= []).push(index));
  return Array.from(all, (own) => own ?? []);
}

/** `count` of an identity's images; all of them once before any comes again. */
function drawImages(own: readonly number[], count: number, random: Random): number[] {
  const drawn: number[] = [];
  while (drawn.length < count) {
    const more = Math.min(own.length, count - drawn.length);
    const group = { count: 1, size: () => own.length };
    drawn.push(...drawDistinct(group, more, random).map(([, item]) => own[item]!));
  }
  return drawn;
}
