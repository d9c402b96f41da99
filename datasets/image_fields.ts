/**
 * Parameters that readers of image files share.
 *
 * @module
 */
import { z } from "zod";
import { hasTemplate, TEMPLATE_SIZES } from "./alignment/template.ts";

const side = z.int().min(1).max(4096);

/** Height and width to resize to. */
export const SIZE_FIELD: ImageFieldsShape["size"] = z.tuple([side, side]).nullable().default(null).describe(
  "Height and width to resize to, in pixels (antialiased bilinear); null where all images are of one size",
);

/** Shape of the schema part that readers of image files share. */
export type ImageFieldsShape = {
  /** Height and width to resize to. */
  size: z.ZodDefault<z.ZodNullable<z.ZodTuple<[z.ZodInt, z.ZodInt], null>>>;
  /** 1 for grey, 3 for colour. */
  channels: z.ZodDefault<z.ZodUnion<readonly [z.ZodLiteral<1>, z.ZodLiteral<3>]>>;
  /** Replace each byte v by 255 − v. */
  invert: z.ZodDefault<z.ZodBoolean>;
  /** A network sees `(byte − mean) / std`. */
  normalise: z.ZodPrefault<
    z.ZodObject<{ mean: z.ZodDefault<z.ZodNumber>; std: z.ZodDefault<z.ZodNumber> }, z.core.$strict>
  >;
  /** Licence of the data. */
  license: z.ZodDefault<z.ZodNullable<z.ZodString>>;
  /** How to cite the data. */
  citation: z.ZodDefault<z.ZodNullable<z.ZodString>>;
};

/** The parameters `size`, `channels`, `invert`, `normalise`, `license` and `citation`, for readers to spread into theirs. */
export const IMAGE_FIELDS: Readonly<ImageFieldsShape> = {
  size: SIZE_FIELD,
  channels: z.union([z.literal(1), z.literal(3)]).default(3).describe("1 for grey (ITU-R 601 luma), 3 for colour"),
  invert: z.boolean().default(false).describe("Replace each byte v by 255 − v"),
  normalise: z.strictObject({
    mean: z.number().min(0).max(255).default(127.5).describe("Subtracted from each byte"),
    std: z.number().positive().max(255).default(127.5).describe("Then divided by this"),
  }).prefault({}).describe("A network sees (byte − mean) / std"),
  license: z.string().nullable().default(null).describe("Licence of the data, for the record"),
  citation: z.string().nullable().default(null).describe("How to cite the data, for the record"),
};

const alignedSize = z.tuple([side, side]).refine(([height, width]) => hasTemplate(height, width), {
  error: `no template is of this size, ${TEMPLATE_SIZES} is wanted`,
}).default([112, 112]).describe(`Height and width of the aligned images, in pixels: ${TEMPLATE_SIZES}`);

/**
 * Alignment of faces by a list of landmarks, for readers that can name their images; absent by default. A reader spreads
 * it into its parameters, with `.check(SIZE_OR_ALIGN)`, and its paths take {@link alignPaths}; `createFileSet` does the
 * rest.
 */
export const ALIGN_FIELDS = {
  align: z.strictObject({
    landmarks: z.string().min(1).describe(
      "Text file in the data folder or absolute, a line an image: its name, then x and y of 5 points (eyes, nose, corners " +
        "of the mouth) or of 68; names are those of the reader, for image-folder the path below its folder",
    ),
    size: alignedSize,
  }).optional().describe(
    "Align faces by landmarks (similarity to the 112 × 112 template), such as { landmarks: landmarks.txt, size: [112, 112] }; " +
      "takes the place of size",
  ),
} as const;

/** Alignment of faces for readers whose data holds the landmarks; absent by default. */
export const ALIGN_OWN_FIELDS = {
  align: z.strictObject({ size: alignedSize }).optional().describe(
    "Align faces by the landmarks of the data (similarity to the 112 × 112 template); takes the place of size",
  ),
} as const;

/** Rule of parameters with `size` and `align`, for `.check()`, so that a manifest says it where it stands. */
export const SIZE_OR_ALIGN: z.core.$ZodCheck<{ size?: unknown; align?: unknown }> = z.check((payload) => {
  const { size, align } = payload.value;
  if (!align || !size) return;
  const message = "Cannot use align beside size: the aligned images have align.size, one of the two is wanted";
  payload.issues.push({ code: "custom", path: ["align"], input: align, message });
});

/** Checked values of {@link ALIGN_FIELDS} or {@link ALIGN_OWN_FIELDS}. */
export interface AlignFields {
  /** Text file of landmarks, where the data does not hold them. */
  readonly landmarks?: string | undefined;
  /** Height and width of the aligned images. */
  readonly size: readonly [height: number, width: number];
}

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
  /** How faces are aligned, for readers that can. */
  readonly align?: AlignFields | undefined;
}

/** Height and width of every image by the parameters alone, or `null` where only the data can tell. */
export function sizeOfFields(
  { size, align }: Pick<ImageFields, "size" | "align">,
): readonly [height: number, width: number] | null {
  return align?.size ?? size;
}

/** {@link shapeOfFields} for readers whose `images` may be null: names alone have the shape `[0, 0, 0]`. */
export function shapeOfListed(
  fields: Pick<ImageFields, "size" | "channels" | "align"> & { readonly images: unknown },
): readonly [number, number, number] | undefined {
  return fields.images === null ? [0, 0, 0] : shapeOfFields(fields);
}

/** Image shape by the parameters alone, or `undefined` where only the data can tell. */
export function shapeOfFields(
  fields: Pick<ImageFields, "size" | "channels" | "align">,
): readonly [number, number, number] | undefined {
  const size = sizeOfFields(fields);
  return size ? [...size, fields.channels] : undefined;
}

/** The files that alignment reads, for a reader's `paths`. */
export function alignPaths({ align }: Pick<ImageFields, "align">): readonly string[] {
  return align?.landmarks === undefined ? [] : [align.landmarks];
}
