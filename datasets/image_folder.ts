/**
 * The reader of folders and zip archives of images, one folder a class.
 *
 * @module
 */
import { z } from "zod";
import { formatOf, knownFormat } from "./decoding/decode.ts";
import { createFileSet, isDamage } from "./file_set.ts";
import { ALIGN_FIELDS, alignPaths, IMAGE_FIELDS, shapeOfFields, SIZE_OR_ALIGN, sizeOfFields } from "./image_fields.ts";
import { type ImageSource, openSource } from "./image_source.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  path: z.string().min(1).describe("Folder or zip archive, in the data folder or absolute; one folder a class"),
  ...IMAGE_FIELDS,
  ...ALIGN_FIELDS,
  classes: z.strictObject({
    first: z.int().min(0).default(0).describe("Number of the first class taken, from 0 in sorted order"),
    count: z.int().min(2).describe("How many classes are taken"),
  }).nullable().default(null).describe("Take only some classes, so that others stay unseen; null for all"),
  skipDamaged: z.boolean().default(false).describe("Leave damaged images out, and count them in the record"),
}).check(SIZE_OR_ALIGN);

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
  shape: shapeOfFields,
  paths: (params) => [params.path, ...alignPaths(params)],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<ImageSet> {
  const { path } = params, { files } = context;
  const source = await openSource(path, files);
  const { images: all, skipped } = await scan(params, source);
  checkClasses(path, all, [...new Set(all.map(folderOf))], skipped.length);
  const { images, classes } = selectClasses(params, all);
  const indices = new Map(classes.map((name, index) => [name, index]));
  return await createFileSet(
    {
      source: path,
      size: sizeOfFields(params) ?? oneSize(path, images),
      classes,
      labels: Int32Array.from(images, (image) => indices.get(folderOf(image))!),
      name: (index) => images[index]!.path,
      load: async (index) => ({ bytes: await load(path, images[index]!.path, source) }),
      located: (index, error) => located(path, images[index]!.path, error),
      provenance: {
        reader: "image-folder",
        digest: await files.digest(path),
        decoder: [...new Set(images.map((image) => image.decoder))].sort().join(", "),
        skipped,
      },
    },
    params,
    context,
  );
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
  source: ImageSource,
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
      if (!isDamage(error)) throw error;
      if (!skipDamaged) throw located(path, inner, error);
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

function located(path: string, inner: string, error: Error): Error {
  return new SyntaxError(
    `Cannot read image "${inner}" of "${path}": ${error.message}; ` +
      `replace or remove the file, or set skipDamaged: true to leave such images out`,
    { cause: error },
  );
}

/** The bytes of an image file. */
async function load(path: string, inner: string, source: ImageSource): Promise<Uint8Array> {
  try {
    return await source.read(inner);
  } catch (error) {
    throw isDamage(error) ? located(path, inner, error) : error;
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
