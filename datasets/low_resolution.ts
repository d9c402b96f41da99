/**
 * The augmentation that takes detail away as a small image has it.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";
import { bitmapsOf } from "./pixels/image.ts";
import { KERNELS, resample } from "./pixels/resample.ts";
import { rangeParam } from "./range_param.ts";

/** Makes an image small and large again, by two kernels drawn from a list; draws four numbers an image that changes. */
export const lowResolution: AugmentationPlugin = defineAugmentation({
  name: "low-resolution",
  version: "1.0.0",
  summary: "Makes small and large again, by random kernels (AdaFace)",
  reference: "https://arxiv.org/abs/2204.00964",
  formula: "r = U(scale); out = resample(resample(in, ⌊r h⌋ × ⌊r w⌋, kernel 1), h × w, kernel 2)",
  params: z.strictObject({
    probability: z.number().min(0).max(1).default(0.2).describe("Probability of changing an image"),
    scale: rangeParam(z.number().positive().max(1), [0.2, 1], "Least and greatest side of the small image, as a share"),
    kernels: z.array(z.enum(KERNELS)).min(1).default([...KERNELS]).describe(
      "Kernels that are drawn from, once for each way: those of OpenCV's resize, without antialiasing",
    ),
  }),
  create({ probability, scale: [least, greatest], kernels }, shape) {
    const bitmapOf = bitmapsOf("lower the resolution of", shape), [height, width] = shape;
    return (image, random) => {
      if (random.uniform() >= probability) return image;
      const part = least + (greatest - least) * random.uniform();
      const down = kernels[random.integer(kernels.length)]!, up = kernels[random.integer(kernels.length)]!;
      const small = [Math.max(1, Math.floor(part * height)), Math.max(1, Math.floor(part * width))] as const;
      return resample(resample(bitmapOf(image), small, down), [height, width], up).data;
    };
  },
});
