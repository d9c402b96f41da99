/**
 * The reader of folders and zip archives of images, one folder a class.
 *
 * @module
 */
import { z } from "zod";
import { createByteCache } from "./byte_cache.ts";
import { type Bitmap, toChannels } from "./decoding/bitmap.ts";
import { formatOf, knownFormat } from "./decoding/decode.ts";
import { createResizer } from "./decoding/resize.ts";
import { openSource } from "./image_source.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

/** Decoded images are kept up to this many bytes: 256 MiB. */
const CACHE_BYTES = 2 ** 28;

const side = z.int().min(1).max(4096);

const params = z.strictObject({
  path: z.string().min(1).describe("Folder or zip archive, in the data folder or absolute; one folder a class"),
  size: z.tuple([side, side]).nullable().default(null).describe(
    "Height and width to resize to, in pixels (antialiased bilinear); null where all images are of one size",
  ),
  channels: z.union([z.literal(1), z.literal(3)]).default(3).describe("1 for grey (ITU-R 601 luma), 3 for colour"),
  invert: z.boolean().default(false).describe("Replace each byte v by 255 − v"),
  normalise: z.strictObject({
    mean: z.number().min(0).max(255).default(127.5).describe("Subtracted from each byte"),
    std: z.number().positive().max(255).default(127.5).describe("Then divided by this"),
  }).prefault({}).describe("A network sees (byte − mean) / std"),
  classes: z.strictObject({
    first: z.int().min(0).default(0).describe("Number of the first class taken, from 0 in sorted order"),
    count: z.int().min(2).describe("How many classes are taken"),
  }).nullable().default(null).describe("Take only some classes, so that others stay unseen; null for all"),
  skipDamaged: z.boolean().default(false).describe("Leave damaged images out, and count them in the record"),
  license: z.string().nullable().default(null).describe("Licence of the data, for the record"),
  citation: z.string().nullable().default(null).describe("How to cite the data, for the record"),
});

type Params = z.output<typeof params>;

/** An image that is there: its path, and what its header says. */
interface Found {
  readonly path: string;
  readonly decoder: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Images of a folder or a zip archive, one folder a class at any depth: JPEG, PNG, PGM, PPM, WebP, told apart by
 * content. Files are sorted by path in code-unit order, and classes are numbered in the order in which they come up.
 *
 * @throws {MissingDataError} (`open`) if there is nothing at the path.
 * @throws {SyntaxError} (`open`, `read`) if an image is damaged, unless `skipDamaged`.
 * @throws {RangeError} (`open`) if there are no images, one class, or several sizes without `size`.
 */
export const imageFolder: ReaderPlugin = defineReader({
  name: "image-folder",
  version: "1.0.0",
  summary: "A folder or zip of images, one folder a class: JPEG, PNG, PGM, PPM, WebP",
  reference: "https://en.wikipedia.org/wiki/Rec._601",
  formula: "L = 0.299 R + 0.587 G + 0.114 B",
  params,
  gives: "images",
  shape: ({ size, channels }) => size ? [...size, channels] : undefined,
  paths: ({ path }) => [path],
  open,
});

async function open(params: Params, { files }: ReaderContext): Promise<ImageSet> {
  const { path, channels } = params;
  const source = await openSource(path, files);
  const { images: all, skipped } = await scan(params, source);
  checkClasses(path, all, [...new Set(all.map(folderOf))], skipped.length);
  const { images, classes } = selectClasses(params, all);
  const indices = new Map(classes.map((name, index) => [name, index]));
  const [height, width] = params.size ?? oneSize(path, images);
  const resize = createResizer(height, width), cache = createByteCache(CACHE_BYTES);

  async function read(index: number): Promise<Uint8Array> {
    const image = images[index];
    if (!image) {
      throw new RangeError(`Cannot read image ${index} of "${path}": it has images 0 to ${images.length - 1}`);
    }
    const known = cache.get(index);
    if (known) return known;
    const bitmap = await decode(path, image.path, () => source.read(image.path));
    const { data } = resize(toChannels(bitmap, channels));
    const bytes = params.invert ? data.map((byte) => 255 - byte) : data;
    cache.set(index, bytes);
    return bytes;
  }

  return {
    gives: "images",
    shape: [height, width, channels],
    length: images.length,
    classes,
    labels: Int32Array.from(images, (image) => indices.get(folderOf(image))!),
    normalise: params.normalise,
    name: (index) => images[index]?.path ?? `${index}`,
    read,
    provenance: {
      reader: "image-folder",
      classes: classes.length,
      images: images.length,
      digest: await files.digest(path),
      license: params.license,
      citation: params.citation,
      decoder: [...new Set(images.map((image) => image.decoder))].sort().join(", "),
      skipped,
    },
  };
}

/** The folder of an image, which is its class. */
function folderOf({ path }: Found): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The classes that the parameters ask for, and their images. */
function selectClasses(
  { path, classes: wanted }: Params,
  all: readonly Found[],
): { images: Found[]; classes: string[] } {
  const names = [...new Set(all.map(folderOf))];
  const { first, count } = wanted ?? { first: 0, count: names.length };
  if (first + count > names.length) {
    throw new RangeError(
      `Cannot take classes ${first} to ${first + count - 1} of "${path}": it has classes 0 to ${names.length - 1}`,
    );
  }
  const classes = names.slice(first, first + count), taken = new Set(classes);
  return { images: all.filter((image) => taken.has(folderOf(image))), classes };
}

/** Looks at every file: which are images, how large their headers say they are and, where skipping, whether they decode. */
async function scan(
  { path, skipDamaged }: Params,
  source: Awaited<ReturnType<typeof openSource>>,
): Promise<{ images: Found[]; skipped: { path: string; reason: string }[] }> {
  const images: Found[] = [], skipped: { path: string; reason: string }[] = [];
  for (const inner of source.paths) {
    if (isHidden(inner)) continue;
    try {
      const bytes = await source.read(inner);
      // Other files may lie beside the images; but a file that is named an image has to be one.
      if (!formatOf(bytes) && !IMAGE_NAME.test(inner)) continue;
      const format = knownFormat(bytes), { width, height } = format.measure(bytes);
      if (skipDamaged) await format.decode(bytes);
      images.push({ path: inner, decoder: format.decoder, width, height });
    } catch (error) {
      if (!isDamage(error) || !skipDamaged) throw located(path, inner, error);
      skipped.push({ path: inner, reason: error.message });
    }
  }
  return { images, skipped };
}

const IMAGE_NAME = /\.(jpe?g|jpe|png|pgm|ppm|pnm|webp)$/i;

/** Files that systems leave behind: dot files, `__MACOSX` and `Thumbs.db`. */
function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX" || part === "Thumbs.db");
}

/** Whether an error says that bytes are bad, rather than that the world is (permissions, memory). */
function isDamage(error: unknown): error is SyntaxError | RangeError {
  return error instanceof SyntaxError || error instanceof RangeError;
}

function located(path: string, inner: string, error: unknown): Error {
  if (!isDamage(error)) return error as Error;
  return new SyntaxError(
    `Cannot read image "${inner}" of "${path}": ${error.message}; ` +
      `replace or remove the file, or set skipDamaged: true to leave such images out`,
    { cause: error },
  );
}

async function decode(path: string, inner: string, read: () => Promise<Uint8Array>): Promise<Bitmap> {
  try {
    const bytes = await read();
    return await knownFormat(bytes).decode(bytes);
  } catch (error) {
    throw located(path, inner, error);
  }
}

function checkClasses(path: string, images: readonly Found[], classes: readonly string[], skipped: number): void {
  const wanted = "put the images of each class into a folder of its own";
  if (images.length === 0) {
    const others = skipped > 0 ? `, ${skipped} damaged ones left out` : "";
    throw new RangeError(`Cannot open "${path}": found no images${others}, at least two classes are wanted, ${wanted}`);
  }
  const loose = images.find((image) => !image.path.includes("/"));
  if (loose) throw new RangeError(`Cannot open "${path}": found image "${loose.path}" in no folder, ${wanted}`);
  if (classes.length === 1) {
    throw new RangeError(
      `Cannot open "${path}": found all ${images.length} images in one folder "${classes[0]}", ` +
        `at least two classes are wanted, ${wanted}`,
    );
  }
}

function oneSize(path: string, images: readonly Found[]): [height: number, width: number] {
  const first = images[0]!;
  const other = images.find((image) => image.width !== first.width || image.height !== first.height);
  if (!other) return [first.height, first.width];
  throw new RangeError(
    `Cannot open "${path}" without a size: "${first.path}" has ${first.height} × ${first.width} pixels and ` +
      `"${other.path}" ${other.height} × ${other.width}, set size: [height, width] to resize them`,
  );
}
