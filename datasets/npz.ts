/**
 * The reader of images in NumPy's `.npz` archives.
 *
 * @module
 */
import { z } from "zod";
import { createClassIndex } from "./class_index.ts";
import { combinedDigest } from "./combined_digest.ts";
import { createFileSet, isDamage } from "./file_set.ts";
import { IMAGE_FIELDS, shapeOfFields } from "./image_fields.ts";
import { decodeNpy, decodeNpyText, type NpyRows, openNpy, parseNpyHeader } from "./npy.ts";
import { rawImage, type RawShape } from "./raw_image.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";
import { openZipFile, type ZipFile } from "./zip_file.ts";

const params = z.strictObject({
  path: z.string().min(1).describe("Archive that numpy.savez or savez_compressed wrote"),
  images: z.string().min(1).default("images").describe("Name of the array of images: bytes, [n, h, w] or [n, h, w, c]"),
  labels: z.string().min(1).default("labels").describe("Name of the array of labels: integers or text, [n]"),
  ...IMAGE_FIELDS,
});

type Params = z.output<typeof params>;

/**
 * Images and labels that are arrays of a `.npz` archive. Images of `savez` are read row by row; those of
 * `savez_compressed` are unpacked and held, up to 256 MiB. Classes are named by their labels.
 *
 * @throws {MissingDataError} (`open`) if there is no archive.
 * @throws {SyntaxError} (`open`) if the archive or an array is damaged, or an array is not of the wanted type or shape.
 * @throws {RangeError} (`open`) if an array is not there, the arrays are not of one length, or there is one class.
 */
export const npz: ReaderPlugin = defineReader({
  name: "npz",
  version: "1.0.0",
  summary: "Images and labels as arrays of a NumPy .npz archive",
  reference: "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html",
  params,
  gives: "images",
  shape: shapeOfFields,
  paths: ({ path }) => [path],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<ImageSet> {
  const { path } = params, { files } = context;
  const archive = await openZipFile(path, files).catch((error) => {
    throw isDamage(error) ? new SyntaxError(`Cannot open "${path}": ${error.message}`, { cause: error }) : error;
  });
  const images = await openImages(archive, params), shape = shapeOf(images, params);
  const { classes, labels } = await readLabels(archive, params);
  if (labels.length !== images.shape[0]) {
    throw new RangeError(
      `Cannot open "${path}": array "${params.images}" has ${images.shape[0]} images, "${params.labels}" ` +
        `${labels.length} labels, as many are wanted`,
    );
  }
  if (classes.length < 2) {
    throw new RangeError(`Cannot open "${path}": found ${classes.length} classes, two or more are wanted`);
  }
  return await createFileSet(
    {
      source: path,
      size: params.size ?? [shape.height, shape.width],
      classes,
      labels,
      name: String,
      load: async (index) => ({ bytes: rawImage(await images.rows(index, 1) as Uint8Array, shape) }),
      provenance: { reader: "npz", digest: await digestOf(params, context), decoder: "none", skipped: [] },
    },
    params,
    context,
  );
}

/** Which arrays are taken decides the set as much as the file does. */
async function digestOf({ path, images, labels }: Params, { files }: ReaderContext): Promise<string> {
  return combinedDigest({ archive: await files.digest(path), images, labels });
}

async function member(archive: ZipFile, name: string, path: string) {
  const entry = archive.entries.find((entry) => entry.path === `${name}.npy`);
  const what = `array "${name}" of "${path}"`;
  if (!entry) {
    const names = archive.entries.map((entry) => `"${entry.path.replace(/\.npy$/, "")}"`).slice(0, 20).join(", ");
    throw new RangeError(`Cannot find ${what}: it has ${names || "no arrays"}`);
  }
  try {
    return { what, source: await archive.open(entry) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new SyntaxError(
      `Cannot read ${what}: ${error.message}; numpy.savez stores arrays so that they can be read in parts`,
      { cause: error },
    );
  }
}

async function openImages(archive: ZipFile, { path, images }: Params): Promise<NpyRows> {
  const { what, source } = await member(archive, images, path), array = await openNpy(source.read, source.size, what);
  if (/^[|<>=]?u1$/.test(array.descr)) return array;
  throw new SyntaxError(`Cannot read ${what}: element type "${array.descr}", bytes from 0 to 255 (uint8) are wanted`);
}

function shapeOf({ shape }: NpyRows, { path, images }: Params): RawShape {
  const [count, height, width, channels = 1] = shape;
  if (shape.length >= 3 && shape.length <= 4 && (channels === 1 || channels === 3) && count && height && width) {
    return { height, width, channels };
  }
  throw new SyntaxError(
    `Cannot read array "${images}" of "${path}": shape (${
      shape.join(", ")
    }), wanted (n, h, w) or (n, h, w, c) with 1 or ` +
      "3 channels; numpy.transpose brings the axes into this order",
  );
}

async function readLabels(archive: ZipFile, { path, labels }: Params) {
  const { what, source } = await member(archive, labels, path);
  const bytes = await source.read({ start: 0, length: source.size }), { descr } = parseNpyHeader(bytes, what);
  const { shape, data } = /^[<>|=]?[US]/.test(descr) ? decodeNpyText(bytes, what) : decodeNpy(bytes, what);
  if (shape.length === 0 || shape.slice(1).some((length) => length !== 1)) {
    throw new SyntaxError(`Cannot read ${what}: shape (${shape.join(", ")}), a label an image is wanted, (n)`);
  }
  const index = createClassIndex();
  data.forEach((label: string | number, i: number) => {
    if (typeof label === "number" && !Number.isSafeInteger(label)) {
      throw new SyntaxError(`Cannot read ${what}: element ${i} is ${label}, an integer or text is wanted for a class`);
    }
    index.add(String(label));
  });
  return index.finish();
}
