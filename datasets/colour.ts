/**
 * The augmentation that changes brightness, contrast, saturation and hue.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";
import type { Bitmap } from "./decoding/bitmap.ts";
import { bitmapsOf, wantColour } from "./pixels/image.ts";
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from "./pixels/tone.ts";

const strength = (what: string): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).max(1).default(0.5).describe(`Strength b of ${what}: its factor is uniform in [1 − b, 1 + b]`);

/**
 * Changes brightness, contrast, saturation and hue, each by its own factor and in random order, as torchvision's
 * ColorJitter does on Pillow images. A strength of 0 leaves the property alone.
 *
 * @throws {RangeError} (`create`) if grey images should get another saturation or hue.
 */
export const colour: AugmentationPlugin = defineAugmentation({
  name: "colour",
  version: "1.0.0",
  summary: "Changes brightness, contrast, saturation and hue at random, in random order",
  reference: "https://arxiv.org/abs/2204.00964",
  formula: "out = a + f (in − a), f = U(1 − b, 1 + b), a = 0 (brightness), mean luma (contrast), luma (saturation)",
  params: z.strictObject({
    probability: z.number().min(0).max(1).default(0.2).describe("Probability of changing an image"),
    brightness: strength("brightness"),
    contrast: strength("contrast"),
    saturation: strength("saturation"),
    hue: z.number().min(0).max(0.5).default(0).describe("Greatest turn of the hue either way, as a part of the circle"),
  }),
  create({ probability, brightness, contrast, saturation, hue }, shape) {
    const bitmapOf = bitmapsOf("change the colour of", shape);
    if (saturation > 0 || hue > 0) {
      wantColour("change saturation or hue of", shape[2], "set saturation: 0 and hue: 0 for others");
    }
    const changes: readonly [strength: number, centre: number, change: (bitmap: Bitmap, by: number) => Bitmap][] = [
      [brightness, 1, adjustBrightness],
      [contrast, 1, adjustContrast],
      [saturation, 1, adjustSaturation],
      [hue, 0, adjustHue],
    ];
    return (image, random) => {
      if (random.uniform() >= probability) return image;
      let bitmap = bitmapOf(image);
      const order = random.permutation(changes.length), draws = changes.map(() => random.uniform());
      for (const which of order) {
        const [strength, centre, change] = changes[which]!;
        if (strength > 0) bitmap = change(bitmap, centre + strength * (2 * draws[which]! - 1));
      }
      return bitmap.data;
    };
  },
});
