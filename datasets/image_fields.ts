/**
 * Parameters that readers of image files share.
 *
 * @module
 */
import { z } from "zod";

const side = z.int().min(1).max(4096);

/** Height and width to resize to. */
export const SIZE_FIELD = z.tuple([side, side]).nullable().default(null).describe(
  "Height and width to resize to, in pixels (antialiased bilinear); null where all images are of one size",
);

/** What the network sees, and what the record says of the data. */
export const IMAGE_FIELDS = {
  size: SIZE_FIELD,
  channels: z.union([z.literal(1), z.literal(3)]).default(3).describe("1 for grey (ITU-R 601 luma), 3 for colour"),
  invert: z.boolean().default(false).describe("Replace each byte v by 255 − v"),
  normalise: z.strictObject({
    mean: z.number().min(0).max(255).default(127.5).describe("Subtracted from each byte"),
    std: z.number().positive().max(255).default(127.5).describe("Then divided by this"),
  }).prefault({}).describe("A network sees (byte − mean) / std"),
  license: z.string().nullable().default(null).describe("Licence of the data, for the record"),
  citation: z.string().nullable().default(null).describe("How to cite the data, for the record"),
} as const;

/** Checked values of {@link IMAGE_FIELDS}. */
export interface ImageFields {
  /** Height and width to resize to; `null` to leave images as they are. */
  readonly size: readonly [height: number, width: number] | null;
  /** 1 for grey, 3 for colour. */
  readonly channels: 1 | 3;
  /** Replace each byte v by 255 − v. */
  readonly invert: boolean;
  /** A network sees `(byte − mean) / std`. */
  readonly normalise: { readonly mean: number; readonly std: number };
  /** Licence of the data. */
  readonly license: string | null;
  /** How to cite the data. */
  readonly citation: string | null;
}

/** Image shape by the parameters alone, or `undefined` where only the data can tell. */
export function shapeOfFields(
  { size, channels }: Pick<ImageFields, "size" | "channels">,
): readonly [number, number, number] | undefined {
  return size ? [...size, channels] : undefined;
}
