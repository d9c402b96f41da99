/**
 * Image sets of names alone: what is known of the images is their classes and, it may be, their embeddings.
 *
 * @module
 */
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import type { ImageSet, Provenance } from "./reader.ts";

/** A set of images whose pixels are not at hand. */
export interface NamedSet {
  /** What the set is read from, for messages. */
  readonly source: string;
  /** Class names, by class index. */
  readonly classes: readonly string[];
  /** Class index of each image. */
  readonly labels: Int32Array;
  /** Name of an image. */
  name(index: number): string;
  /** Stored embeddings of the images. */
  readonly embeddings?: EmbeddingSource;
  /** Provenance, without what this function knows. */
  readonly provenance: Omit<Provenance, "classes" | "images" | "decoder" | "skipped">;
}

/** Makes an image set of names; its shape is `[0, 0, 0]`, and `read` rejects. */
export function createNamedSet(
  { source, classes, labels, name, embeddings, provenance }: NamedSet,
): ImageSet {
  return {
    gives: "images",
    shape: [0, 0, 0],
    length: labels.length,
    classes,
    labels,
    normalise: { mean: 127.5, std: 127.5 },
    name: (index) => index in labels ? name(index) : `${index}`,
    read: (index) =>
      Promise.reject(
        new TypeError(`Cannot read image ${index} of "${source}": its images are names alone, there are no pixels`),
      ),
    ...embeddings ? { embeddings } : {},
    provenance: { ...provenance, classes: classes.length, images: labels.length, decoder: "none", skipped: [] },
  };
}
