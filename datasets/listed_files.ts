/**
 * Image sets of the files that a list names, which may be names alone, beside stored embeddings.
 *
 * @module
 */
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import { createFileSet, isDamage } from "./file_set.ts";
import { measureImage } from "./first_image.ts";
import { type ImageFields, sizeOfFields } from "./image_fields.ts";
import { createNamedSet, type NamedSet } from "./named_set.ts";
import type { ImageFile } from "./preparation.ts";
import type { ImageSet, ReaderContext } from "./reader.ts";

/** Images that a list names. */
export interface ListedFiles extends NamedSet {
  /** Folder of the images for messages, and the path of each; absent where there are names alone. */
  readonly images?: { readonly folder: string; path(index: number): string } | undefined;
  /** Landmarks of an image, where a list has them: x and y of five points, in pixels. */
  landmarks?(index: number): NonNullable<ImageFile["landmarks"]>;
  /** Embeddings of the images, where they are stored. */
  readonly embeddings?: EmbeddingSource | undefined;
}

/**
 * Opens the images of a list. The first one is measured, to name its decoder and to tell damage early; no other file is
 * looked at.
 *
 * @throws {MissingDataError} if the first image is not there.
 * @throws {SyntaxError} (also `read`) if an image is damaged, with its path.
 * @throws {RangeError} if images are to be read and no size is given, since those of such lists differ.
 */
export async function openListedFiles(
  { images, landmarks, embeddings, ...set }: ListedFiles,
  fields: ImageFields,
  context: ReaderContext,
): Promise<ImageSet> {
  const stored = embeddings ? { embeddings } : {};
  if (!images) return { ...createNamedSet(set, fields), ...stored };
  const size = sizeOfFields(fields);
  if (!size) {
    throw new RangeError(`Cannot open the images of "${images.folder}" without a size: they differ, set size or align`);
  }
  const load = async (index: number): Promise<ImageFile> => ({
    bytes: await context.files.read(images.path(index)),
    ...landmarks ? { landmarks: landmarks(index) } : {},
  });
  const located = (index: number, error: Error): Error =>
    new SyntaxError(`Cannot read image "${images.path(index)}": ${error.message}`, { cause: error });
  const first = await load(0);
  const { decoder } = measureImage(first.bytes, (error) => isDamage(error) ? located(0, error) : error);
  const provenance = { ...set.provenance, decoder, skipped: [] };
  return { ...await createFileSet({ ...set, size, load, located, provenance }, fields, context), ...stored };
}
