/**
 * The reader of images that a text file lists with their labels.
 *
 * @module
 */
import { z } from "zod";
import { combinedDigest } from "./combined_digest.ts";
import { createFileSet } from "./file_set.ts";
import { MissingDataError } from "./files.ts";
import { ALIGN_FIELDS, alignPaths, IMAGE_FIELDS, shapeOfFields, SIZE_OR_ALIGN, sizeOfFields } from "./image_fields.ts";
import { type ImageLines, readImageLines } from "./image_lines.ts";
import { type ImageSource, openSource } from "./image_source.ts";
import { sourceImages, surveyImages } from "./image_survey.ts";
import { ALIGN_WITH_IMAGES, createNamedSet } from "./named_set.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  list: z.string().min(1).describe("List of images and labels: .lst of im2rec, CSV, or a path and a label a line"),
  images: z.string().min(1).nullable().default(null).describe(
    "Folder or zip archive that the paths of the list start from; null for names alone, which do for stored embeddings",
  ),
  form: z.enum(["lst", "csv", "text"]).optional().describe(
    "lst: index, labels, path parted by tabs, the first label is the class; csv: RFC 4180; text: path, spaces, label; " +
      "where absent, by the ending of the list's name (.lst, .csv, others are text)",
  ),
  columns: z.strictObject({
    path: z.string().min(1).describe("Title of the column of paths"),
    label: z.string().min(1).describe("Title of the column of labels"),
  }).optional().describe(
    "For csv with titles in its first line; where absent, a line is path,label, and a first line of these two words is passed over",
  ),
  ...IMAGE_FIELDS,
  ...ALIGN_FIELDS,
}).check(SIZE_OR_ALIGN, ALIGN_WITH_IMAGES);

type Params = z.output<typeof params>;

/**
 * Images in the order of a list. Labels are text or numbers; classes that are all integers are in the order of their
 * numbers, others in code-unit order.
 *
 * @throws {MissingDataError} (`open`) if the list, the images or one image is not there.
 * @throws {SyntaxError} (`open`, `read`) if a line of the list or an image is damaged.
 * @throws {RangeError} (`open`) if there are fewer than two classes.
 */
export const imageList: ReaderPlugin = defineReader({
  name: "image-list",
  version: "1.0.0",
  summary: "Images that a list names with their labels: .lst of im2rec, CSV, or path and label",
  reference: "https://www.rfc-editor.org/rfc/rfc4180",
  params,
  gives: "images",
  shape: (p) => p.images === null ? undefined : shapeOfFields(p),
  paths: (p) => [...p.images === null ? [] : [p.images], p.list, ...alignPaths(p)],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<ImageSet> {
  const { files } = context, { list, images: path, form, columns } = params;
  const listed = await readImageLines(list, files, { form, columns }), { classes, labels, paths } = listed;
  if (classes.length < 2) {
    throw new RangeError(
      `Cannot open "${list}": found ${labels.length} images of ${classes.length} classes, two classes or more are wanted`,
    );
  }
  const identity = { list: await files.digest(list), ...form && { form }, ...columns && { columns } };
  const described = { classes, labels, name: (index: number) => paths.at(index) };
  if (path === null) {
    const provenance = { reader: "image-list", digest: combinedDigest(identity) };
    return createNamedSet({ ...described, source: list, provenance }, params);
  }
  const source = await openSource(path, files);
  checkPresent(listed, source, { list, path });
  const found = sourceImages(path, source, { count: labels.length, at: described.name });
  const { size, decoder } = await surveyImages(found, sizeOfFields(params));
  const digest = combinedDigest({ images: await files.digest(path), ...identity });
  return await createFileSet(
    {
      ...described,
      source: path,
      size,
      load: found.load,
      located: found.located,
      provenance: { reader: "image-list", digest, decoder, skipped: [] },
    },
    params,
    context,
  );
}

function checkPresent({ paths, lines }: ImageLines, source: ImageSource, at: { list: string; path: string }): void {
  const there = new Set(source.paths);
  let first = -1, missing = 0;
  for (let index = 0; index < lines.length; index++) {
    if (there.has(paths.at(index))) continue;
    if (missing++ === 0) first = index;
  }
  if (missing === 0) return;
  throw new MissingDataError(
    `Cannot find "${paths.at(first)}" in "${at.path}": line ${lines[first]} of "${at.list}" names it, ${missing} of ` +
      `${lines.length} images are not there` +
      (source.paths.length > 0 ? `; paths there are such as "${source.paths[0]}"` : "; nothing is there"),
  );
}
