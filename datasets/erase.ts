/**
 * The augmentation that covers a part of each image.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";
import { type Box, drawBox } from "./pixels/box.ts";
import { bitmapsOf, type Shape } from "./pixels/image.ts";
import { rangeParam } from "./range_param.ts";

/** Covers a random box of an image with noise or one value. An image in which no box of ten fits stays. */
export const erase: AugmentationPlugin = defineAugmentation({
  name: "erase",
  version: "1.0.0",
  summary: "Covers a random box with noise or one value (random erasing)",
  reference: "https://arxiv.org/abs/1708.04896",
  formula: "area = h w U(scale), ratio = exp U(log ratio); box = √(area ratio) × √(area / ratio), placed uniformly",
  params: z.strictObject({
    probability: z.number().min(0).max(1).default(0.5).describe("Probability of covering a part of an image"),
    scale: rangeParam(z.number().positive().max(1), [0.02, 0.4], "Least and greatest share of the image's area"),
    ratio: rangeParam(z.number().min(0.01).max(100), [0.3, 1 / 0.3], "Least and greatest width over height of the box"),
    fill: z.union([z.literal("noise"), z.int().min(0).max(255)]).default("noise").describe(
      "What covers it: noise, uniform in each pixel and channel, or this byte",
    ),
  }),
  create({ probability, scale, ratio, fill }, shape) {
    bitmapsOf("erase a part of", shape);
    const [height, width] = shape;
    return (image, random) => {
      if (random.uniform() >= probability) return image;
      const box = drawBox([height, width], { scale, ratio }, random);
      return box
        ? coverBox(image, shape, { box, fill: fill === "noise" ? () => random.integer(256) : () => fill })
        : image;
    };
  },
});

/** An image with a box covered, from the left to the right and down, as a new array. */
export function coverBox(
  image: Uint8Array,
  [, width, channels]: Shape,
  { box, fill }: { readonly box: Box; readonly fill: () => number },
): Uint8Array {
  const out = image.slice();
  for (let y = box.top; y < box.top + box.height; y++) {
    const start = (y * width + box.left) * channels;
    for (let i = start; i < start + box.width * channels; i++) out[i] = fill();
  }
  return out;
}
