/**
 * The augmentation that mirrors images.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";

/** Mirrors an image left to right with the given probability; draws one number an image. */
export const flip: AugmentationPlugin = defineAugmentation({
  name: "flip",
  version: "1.0.0",
  summary: "Mirrors left to right at random",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "out[y, x] = in[y, w − 1 − x] with probability p",
  params: z.strictObject({
    probability: z.number().min(0).max(1).default(0.5).describe("Probability of mirroring an image"),
  }),
  create({ probability }, shape) {
    return (image, random) => random.uniform() < probability ? mirror(image, shape) : image;
  },
});

/**
 * An image mirrored left to right, as a new array.
 *
 * @param image Bytes in `[h, w, c]` order.
 * @param shape Height, width and channels.
 */
export function mirror(image: Uint8Array, shape: readonly [number, number, number]): Uint8Array {
  const [height, width, channels] = shape, out = new Uint8Array(image.length);
  for (let y = 0; y < height; y++) {
    const start = y * width * channels, end = start + width * channels;
    // Colours without an inner loop: half of the time.
    if (channels === 3) {
      for (let to = start, from = end - 3; to < end; to += 3, from -= 3) {
        out[to] = image[from]!, out[to + 1] = image[from + 1]!, out[to + 2] = image[from + 2]!;
      }
      continue;
    }
    for (let to = start, from = end - channels; to < end; to += channels, from -= channels) {
      for (let c = 0; c < channels; c++) out[to + c] = image[from + c]!;
    }
  }
  return out;
}
