/**
 * Image sets of which only the names are known: enough for an evaluation of stored embeddings.
 *
 * @module
 */
import { z } from "zod";
import type { ImageFields } from "./image_fields.ts";
import type { ImageSet, Provenance } from "./reader.ts";

/** Names of images, without the images. */
export interface NamedSet {
  /** The list that names them, for messages. */
  readonly source: string;
  /** Class names, by class index. */
  readonly classes: readonly string[];
  /** Class index of each image. */
  readonly labels: Int32Array;
  /** Name of an image. */
  name(index: number): string;
  /** Provenance, without what this function knows. */
  readonly provenance: Pick<Provenance, "reader" | "digest">;
}

/** Rule of parameters with `images` and `align`, for `.check()`: names alone are not aligned. */
export const ALIGN_WITH_IMAGES: z.core.$ZodCheck<{ images?: unknown; align?: unknown }> = z.check((payload) => {
  const { images, align } = payload.value;
  if (!align || images !== null) return;
  const message = "Cannot align names alone: set images to where the images are, or leave align out";
  payload.issues.push({ code: "custom", path: ["align"], input: align, message });
});

/** Makes an image set of shape `[0, 0, 0]`; to read an image of it is an error that says what to do. */
export function createNamedSet(
  { source, classes, labels, name, provenance }: NamedSet,
  { normalise, license, citation }: Pick<ImageFields, "normalise" | "license" | "citation">,
): ImageSet {
  return {
    gives: "images",
    shape: [0, 0, 0],
    length: labels.length,
    classes,
    labels,
    normalise,
    name: (index) => index in labels ? name(index) : `${index}`,
    read: (index) => {
      const what = index in labels ? `image "${name(index)}"` : `image ${index}`;
      return Promise.reject(
        new TypeError(
          `Cannot read ${what} of "${source}": the list gives names alone, set images: to where the images are, ` +
            "or evaluate stored embeddings",
        ),
      );
    },
    provenance: {
      ...provenance,
      classes: classes.length,
      images: labels.length,
      license,
      citation,
      decoder: "none",
      skipped: [],
    },
  };
}
