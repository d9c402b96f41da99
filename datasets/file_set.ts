/**
 * Image sets whose images are files, wherever these lie: read, prepared and kept within a bound of memory.
 *
 * @module
 */
import { readLandmarks } from "./alignment/landmark_list.ts";
import { createByteCache } from "./byte_cache.ts";
import { combinedDigest } from "./combined_digest.ts";
import { type ImageFields, sizeOfFields } from "./image_fields.ts";
import { type ImageFile, type Preparation, prepareImage } from "./preparation.ts";
import type { ImageSet, Provenance, ReaderContext } from "./reader.ts";

/** Prepared images are kept up to this many bytes: 256 MiB. */
const CACHE_BYTES = 2 ** 28;

/** A set of image files. */
export interface FileSet {
  /** What the set is read from, for messages. */
  readonly source: string;
  /** Height and width of every image once prepared, where the parameters do not tell. */
  readonly size: readonly [height: number, width: number];
  /** Class names, by class index. */
  readonly classes: readonly string[];
  /** Class index of each image. */
  readonly labels: Int32Array;
  /** Name of an image. */
  name(index: number): string;
  /** The image as it is stored; its errors name the file and the record. */
  load(index: number): Promise<ImageFile>;
  /** Says where a damaged image is and what to do; by default its name in the source. */
  located?(index: number, error: Error): Error;
  /** Provenance, without what this function knows. */
  readonly provenance: Omit<Provenance, "classes" | "images" | "license" | "citation">;
}

/** What a set of image files needs of a reader's context. */
export type FileSetContext = Partial<Pick<ReaderContext, "prepare" | "cacheBytes" | "files">>;

/**
 * Makes an image set of image files, under the parameters that readers of image files share.
 *
 * @throws {RangeError} if both `size` and `align` are given, or an image has no landmarks.
 * @throws {SyntaxError} if the list of landmarks is damaged.
 * @throws {MissingDataError} if there is no such list.
 */
export async function createFileSet(
  given: FileSet,
  fields: ImageFields,
  context: FileSetContext = {},
): Promise<ImageSet> {
  const files = await withLandmarks(given, fields, context);
  const { prepare = prepareImage, cacheBytes = CACHE_BYTES } = context;
  const { source, labels, classes, provenance } = files, { channels } = fields;
  const [height, width] = sizeOfFields(fields) ?? files.size;
  const count = labels.length, preparation = preparationOf(fields), cache = createByteCache(cacheBytes);
  const located = files.located ??
    ((index: number, error: Error) =>
      new SyntaxError(`Cannot read image "${files.name(index)}" of "${source}": ${error.message}`, { cause: error }));

  async function file(index: number): Promise<ImageFile> {
    if (!(Number.isInteger(index) && index >= 0 && index < count)) {
      throw new RangeError(`Cannot read image ${index} of "${source}": it has images 0 to ${count - 1}`);
    }
    return await files.load(index);
  }

  async function read(index: number): Promise<Uint8Array> {
    const known = cache.get(index);
    if (known) return known;
    const stored = await file(index);
    const image = await prepare(stored, preparation).catch((error) => {
      throw isDamage(error) ? located(index, error) : error;
    });
    if (image.height !== height || image.width !== width) {
      throw located(
        index,
        new RangeError(
          `Cannot use it: it has ${image.height} × ${image.width} pixels, wanted ${height} × ${width} as the others; ` +
            "set size: [height, width] to resize them",
        ),
      );
    }
    cache.set(index, image.bytes);
    return image.bytes;
  }

  return {
    gives: "images",
    shape: [height, width, channels],
    length: count,
    classes,
    labels,
    normalise: fields.normalise,
    name: (index) => index in labels ? files.name(index) : `${index}`,
    read,
    file,
    preparation,
    provenance: {
      ...provenance,
      classes: classes.length,
      images: count,
      license: fields.license,
      citation: fields.citation,
    },
  };
}

/** The set with the landmarks of its list, which its digest covers too; the set itself where there is no list. */
async function withLandmarks(set: FileSet, { size, align }: ImageFields, { files }: FileSetContext): Promise<FileSet> {
  if (align && size) {
    throw new RangeError(
      `Cannot open "${set.source}": found both size and align, whose own size is that of the images, one of them is wanted`,
    );
  }
  const list = align?.landmarks;
  if (list === undefined) return set;
  if (!files) throw new TypeError(`Cannot read "${list}": found no files in the context, wanted those of the reader's`);
  const images = { source: set.source, count: set.labels.length, name: set.name };
  const landmarksOf = await readLandmarks(list, images, files);
  const digest = combinedDigest({ digest: set.provenance.digest, landmarks: await files.digest(list) });
  return {
    ...set,
    load: async (index) => ({ ...await set.load(index), landmarks: landmarksOf(index) }),
    provenance: { ...set.provenance, digest },
  };
}

/** What the parameters say becomes of every image. */
export function preparationOf({ size, align, channels, invert }: ImageFields): Preparation {
  return { ...align ? { align: { size: align.size } } : {}, size, channels, invert };
}

/** Whether an error says that bytes are bad, rather than that the world is (permissions, memory). */
export function isDamage(error: unknown): error is SyntaxError | RangeError {
  return error instanceof SyntaxError || error instanceof RangeError;
}
