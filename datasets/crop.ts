/**
 * The augmentation that shows a part of each image.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";
import type { Bitmap } from "./decoding/bitmap.ts";
import { createResizer } from "./decoding/resize.ts";
import { type Box, drawBox } from "./pixels/box.ts";
import { bitmapsOf } from "./pixels/image.ts";
import { rangeParam } from "./range_param.ts";

/**
 * Takes a random box of an image and leaves it where it is, on black, as AdaFace does, or resizes it (antialiased
 * bilinear) to the size of the image, as Inception and torchvision's RandomResizedCrop do. An image in which no box of
 * ten fits stays.
 */
export const crop: AugmentationPlugin = defineAugmentation({
  name: "crop",
  version: "1.0.0",
  summary: "Shows a random part of the image, in its place on black (AdaFace) or resized to the whole (Inception)",
  reference: "https://arxiv.org/abs/2204.00964",
  formula: "area = h w U(scale), ratio = exp U(log ratio); box = √(area ratio) × √(area / ratio), placed uniformly",
  params: z.strictObject({
    probability: z.number().min(0).max(1).default(0.2).describe("Probability of cropping an image"),
    scale: rangeParam(z.number().positive().max(1), [0.2, 1], "Least and greatest share of the image's area"),
    ratio: rangeParam(
      z.number().min(0.01).max(100),
      [3 / 4, 4 / 3],
      "Least and greatest width over height of the part",
    ),
    place: z.enum(["keep", "resize"]).default("keep").describe(
      "keep: the part stays where it is and the rest is black; resize: the part becomes the whole image",
    ),
  }),
  create({ probability, scale, ratio, place }, shape) {
    const bitmapOf = bitmapsOf("crop", shape), [height, width] = shape, resize = createResizer(height, width);
    return (image, random) => {
      if (random.uniform() >= probability) return image;
      const box = drawBox([height, width], { scale, ratio }, random);
      if (!box) return image;
      return place === "keep" ? keepBox(bitmapOf(image), box).data : resize(cutBox(bitmapOf(image), box)).data;
    };
  },
});

/** A box of an image, as an image. */
export function cutBox({ width, channels, data }: Bitmap, box: Box): Bitmap {
  const row = box.width * channels, out = new Uint8Array(box.height * row);
  for (let y = 0; y < box.height; y++) {
    const start = ((box.top + y) * width + box.left) * channels;
    out.set(data.subarray(start, start + row), y * row);
  }
  return { width: box.width, height: box.height, channels, data: out };
}

/** An image that is black outside of a box. */
export function keepBox(bitmap: Bitmap, box: Box): Bitmap {
  const { width, channels, data } = bitmap, out = new Uint8Array(data.length);
  for (let y = box.top; y < box.top + box.height; y++) {
    const start = (y * width + box.left) * channels;
    out.set(data.subarray(start, start + box.width * channels), start);
  }
  return { ...bitmap, data: out };
}
