/**
 * The reader of the IDX files of MNIST and its family.
 *
 * @module
 */
import { z } from "zod";
import { type ByteSource, openBytes } from "./byte_source.ts";
import { createClassIndex } from "./class_index.ts";
import { combinedDigest } from "./combined_digest.ts";
import { createFileSet } from "./file_set.ts";
import type { Files } from "./files.ts";
import { IMAGE_FIELDS, shapeOfFields } from "./image_fields.ts";
import { rawImage } from "./raw_image.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  images: z.string().min(1).describe("File of images, such as train-images-idx3-ubyte, packed with gzip or not"),
  labels: z.string().min(1).describe("File of labels, such as train-labels-idx1-ubyte, packed with gzip or not"),
  ...IMAGE_FIELDS,
});

type Params = z.output<typeof params>;

/**
 * Images and labels in IDX format: MNIST, Fashion-MNIST, Kuzushiji-MNIST, EMNIST, QMNIST. Classes are named by their
 * numbers.
 *
 * @throws {MissingDataError} (`open`) if a file is not there.
 * @throws {SyntaxError} (`open`) if a file is damaged, or holds something else than bytes.
 * @throws {RangeError} (`open`) if there are not as many labels as images, or fewer than two classes.
 */
export const idx: ReaderPlugin = defineReader({
  name: "idx",
  version: "1.0.0",
  summary: "IDX files of the MNIST family, packed with gzip or not",
  reference: "http://yann.lecun.com/exdb/mnist/",
  notes: ["White on black, as stored; the images of EMNIST are stored with rows and columns exchanged."],
  params,
  gives: "images",
  shape: shapeOfFields,
  paths: ({ images, labels }) => [images, labels],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<ImageSet> {
  const { files } = context;
  const images = await openIdx(params.images, files, { axes: 3, what: "images" });
  const found = await openIdx(params.labels, files, { axes: 1, what: "labels" });
  const [count, height, width] = images.shape as [number, number, number], area = height * width;
  if (found.shape[0] !== count) {
    throw new RangeError(
      `Cannot open "${params.images}": it has ${count} images, "${params.labels}" ${found.shape[0]} labels, ` +
        "files of one set are wanted",
    );
  }
  const index = createClassIndex();
  for (const label of await found.source.read({ start: found.start, length: count })) index.add(String(label));
  const { classes, labels } = index.finish();
  if (classes.length < 2) {
    throw new RangeError(`Cannot open "${params.labels}": found ${classes.length} classes, two or more are wanted`);
  }
  return await createFileSet(
    {
      source: params.images,
      size: params.size ?? [height, width],
      classes,
      labels,
      name: String,
      async load(image) {
        const pixels = await images.source.read({ start: images.start + image * area, length: area });
        return { bytes: rawImage(pixels, { height, width, channels: 1 }) };
      },
      provenance: {
        reader: "idx",
        digest: combinedDigest({
          images: await files.digest(params.images),
          labels: await files.digest(params.labels),
        }),
        decoder: "none",
        skipped: [],
      },
    },
    params,
    context,
  );
}

interface IdxFile {
  readonly source: ByteSource;
  readonly shape: readonly number[];
  /** Offset of the first element. */
  readonly start: number;
}

/** An IDX file: two bytes of zero, the type (8: unsigned bytes), the number of axes, their lengths in big-endian order. */
async function openIdx(path: string, files: Files, wanted: { axes: number; what: string }): Promise<IdxFile> {
  const source = await openBytes(path, files), start = 4 + 4 * wanted.axes;
  const wrong = (found: string) =>
    new SyntaxError(
      `Cannot read "${path}": ${found}, an IDX file of unsigned bytes with ${wanted.axes} axes (magic number ` +
        `${(0x800 + wanted.axes).toString(16).padStart(8, "0")}) is wanted for ${wanted.what}`,
    );
  if (source.size < start) throw wrong(`it ends at byte ${source.size}, within its header`);
  const header = await source.read({ start: 0, length: start });
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength), magic = view.getUint32(0);
  if (magic !== 0x800 + wanted.axes) throw wrong(`found ${magic.toString(16).padStart(8, "0")} at byte 0`);
  const shape = Array.from({ length: wanted.axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const length = shape.reduce((product, axis) => product * axis, 1);
  if (shape.includes(0) || source.size !== start + length) {
    throw wrong(`${source.size - start} bytes from byte ${start} on for an array of shape (${shape.join(", ")})`);
  }
  return { source, shape, start };
}
