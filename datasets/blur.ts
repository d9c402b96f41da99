/**
 * The augmentation that blurs.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";
import { averageBlur, gaussianBlur } from "./pixels/blur.ts";
import { bitmapsOf } from "./pixels/image.ts";
import { rangeParam } from "./range_param.ts";

/**
 * Blurs an image with a Gaussian of random width, or with the mean over the square whose standard deviation comes
 * nearest to that: `2 r + 1` pixels have `√(((2 r + 1)² − 1) / 12)`. Borders are mirrored.
 */
export const blur: AugmentationPlugin = defineAugmentation({
  name: "blur",
  version: "1.0.0",
  summary: "Blurs at random, by a Gaussian or an average",
  reference: "https://arxiv.org/abs/2002.05709",
  formula:
    "σ = U(sigma); out = in ∗ exp(−k² / 2σ²), |k| ≤ ⌈3σ⌉, or the mean over 2 r + 1, r = [(√(12 σ² + 1) − 1) / 2]",
  params: z.strictObject({
    probability: z.number().min(0).max(1).default(0.5).describe("Probability of blurring an image"),
    kernel: z.enum(["gaussian", "average"]).default("gaussian").describe("Gaussian, or mean over a square"),
    sigma: rangeParam(z.number().positive().max(32), [0.1, 2], "Least and greatest standard deviation, in pixels"),
  }),
  create({ probability, kernel, sigma: [least, greatest] }, shape) {
    const bitmapOf = bitmapsOf("blur", shape);
    return (image, random) => {
      if (random.uniform() >= probability) return image;
      const sigma = least + (greatest - least) * random.uniform();
      if (kernel === "gaussian") return gaussianBlur(bitmapOf(image), sigma).data;
      return averageBlur(bitmapOf(image), Math.round((Math.sqrt(12 * sigma * sigma + 1) - 1) / 2)).data;
    };
  },
});
