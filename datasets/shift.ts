/**
 * The augmentation that moves images by whole pixels.
 *
 * @module
 */
import { z } from "zod";
import { type AugmentationPlugin, defineAugmentation } from "./augmentation.ts";

/** Moves an image by whole pixels, drawn uniformly for each axis; draws two numbers an image. */
export const shift: AugmentationPlugin = defineAugmentation({
  name: "shift",
  version: "1.0.0",
  summary: "Moves by whole pixels at random, along both axes",
  reference: "https://arxiv.org/abs/1512.03385",
  formula: "out[y, x] = in[y − dy, x − dx], with dy and dx uniform in {−pixels, …, pixels}",
  params: z.strictObject({
    pixels: z.int().min(1).max(4096).default(2).describe("Farthest move along each axis, in pixels"),
    fill: z.union([z.enum(["edge", "wrap"]), z.int().min(0).max(255)]).default("edge").describe(
      "What comes in: the nearest pixel of the edge, the opposite side (wrap), or this byte",
    ),
  }),
  create({ pixels, fill }, shape) {
    const [height, width] = shape;
    if (pixels >= Math.min(height, width)) {
      throw new RangeError(
        `Cannot shift images of ${height} × ${width} pixels by ${pixels}: less than the shorter side is wanted`,
      );
    }
    return (image, random) => {
      const dy = random.integer(2 * pixels + 1) - pixels, dx = random.integer(2 * pixels + 1) - pixels;
      return dy === 0 && dx === 0 ? image : move(image, shape, { dy, dx, fill });
    };
  },
});

/**
 * An image moved down by `dy` and right by `dx` pixels, as a new array.
 *
 * @param image Bytes in `[h, w, c]` order.
 * @param shape Height, width and channels.
 */
export function move(
  image: Uint8Array,
  shape: readonly [number, number, number],
  { dy, dx, fill }: { readonly dy: number; readonly dx: number; readonly fill: "edge" | "wrap" | number },
): Uint8Array {
  const [height, width, channels] = shape, out = new Uint8Array(image.length);
  const rows = sources(height, dy, fill), columns = sources(width, dx, fill);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * channels, row = rows[y]!, column = columns[x]!;
      for (let c = 0; c < channels; c++) {
        out[to + c] = row < 0 || column < 0 ? fill as number : image[(row * width + column) * channels + c]!;
      }
    }
  }
  return out;
}

/** Where each place of an axis takes its pixel from; −1 where it takes the constant. */
function sources(length: number, by: number, fill: "edge" | "wrap" | number): Int32Array {
  return Int32Array.from({ length }, (_, i) => {
    const from = i - by;
    if (from >= 0 && from < length) return from;
    if (fill === "edge") return from < 0 ? 0 : length - 1;
    return fill === "wrap" ? (from + length) % length : -1;
  });
}
