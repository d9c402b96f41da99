/**
 * The augmentation that applies a few random operations of one strength.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";
import { bitmapsOf } from "./pixels/image.ts";
import { type Operation, OPERATION_NAMES, OPERATIONS } from "./pixels/operations.ts";

/**
 * Applies `n` operations, each drawn from the list with its sign: two numbers an operation. The greatest changes are
 * those of torchvision: 30°, shear 0.3, a move by 150/331 of the side, factors 1 ± 0.9, 4 of 8 bits, solarize from 0.
 */
export const randAugment: AugmentationPlugin = defineAugmentation({
  name: "rand-augment",
  version: "1.0.0",
  summary: "A few random operations of one strength (RandAugment)",
  reference: "https://arxiv.org/abs/1909.13719",
  formula: "out = op_n(… op_1(in, ± magnitude / 30) …), each op uniform among the operations",
  notes: [
    "What moves into the image is black; public code differs (black, grey 128, nearest instead of bilinear)",
    "Most face recognisers are trained with upright faces in place: leave rotate, shear and translate out of " +
    "operations to keep them so",
  ],
  params: z.strictObject({
    probability: z.number().min(0).max(1).default(1).describe("Probability of changing an image"),
    n: z.int().min(1).max(14).default(2).describe("Operations one after the other"),
    magnitude: z.number().min(0).max(30).default(9).describe("Strength of each, 30 is the greatest"),
    operations: z.array(z.enum(OPERATION_NAMES)).min(1).default([...OPERATION_NAMES]).describe(
      "Operations that are drawn from; colour is saturation, and leaves grey images as they are",
    ),
  }),
  create({ probability, n, magnitude, operations }, shape) {
    const bitmapOf = bitmapsOf("augment", shape);
    return (image, random) => {
      if (random.uniform() >= probability) return image;
      let bitmap = bitmapOf(image);
      for (let i = 0; i < n; i++) {
        const operation: Operation = OPERATIONS[operations[random.integer(operations.length)]!];
        const sign = random.uniform() < 0.5 ? -1 : 1;
        bitmap = operation(bitmap, magnitude / 30, sign);
      }
      return bitmap.data;
    };
  },
});
