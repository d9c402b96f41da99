/**
 * The augmentation that takes the colour away.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";
import { toChannels } from "./decoding/bitmap.ts";
import { bitmapsOf, wantColour } from "./pixels/image.ts";

/** Replaces each pixel of a colour image by its luma with the given probability; draws one number an image. */
export const grey: AugmentationPlugin = defineAugmentation({
  name: "grey",
  version: "1.0.0",
  summary: "Takes the colour away at random",
  reference: "https://en.wikipedia.org/wiki/Rec._601",
  formula: "out = (L, L, L), L = 0.299 R + 0.587 G + 0.114 B, with probability p",
  params: z.strictObject({
    probability: z.number().min(0).max(1).default(0.1).describe("Probability of making an image grey"),
  }),
  create({ probability }, shape) {
    const bitmapOf = bitmapsOf("take the colour of", shape);
    wantColour("take the colour of", shape[2], "leave grey out");
    return (image, random) =>
      random.uniform() < probability ? toChannels(toChannels(bitmapOf(image), 1), 3).data : image;
  },
});
