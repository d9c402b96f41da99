/**
 * My reader: one folder of images whose names begin with their class, such as `anna_1.jpg`, to begin with.
 *
 * @module
 */
import { z } from "zod";
import { createFileSet } from "../datasets/file_set.ts";
import { IMAGE_FIELDS, shapeOfFields } from "../datasets/image_fields.ts";
import { surveyImages } from "../datasets/image_survey.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "../datasets/reader.ts";

// Each parameter with its range, default and meaning; IMAGE_FIELDS are those that readers of image files share.
const fields = z.strictObject({
  path: z.string().min(1).describe("Folder of images, below the data folder"),
  mark: z.string().min(1).default("_").describe("What ends the class in a file's name"),
  ...IMAGE_FIELDS,
});

/** Labelled images; say here which data it reads and where that is from. */
export const myReader: ReaderPlugin = defineReader({
  name: "my-reader",
  // Raise it with each change of behaviour: it is part of the identity of the runs that use the reader.
  version: "1.0.0",
  summary: "My reader: one folder of images whose names begin with their class",
  // The page that defines the format.
  reference: "https://example.org/my-data",
  params: fields,
  // Pairs and templates can be given too: see the types PairSet and TemplateSet.
  gives: "images",
  shape: shapeOfFields,
  // All that `open` reads: a plan hashes it, so that other data is another run.
  paths: ({ path }) => [path],
  open,
});

async function open(params: z.output<typeof fields>, context: ReaderContext): Promise<ImageSet> {
  const { path, mark } = params, { files } = context, cannot = `Cannot open "${path}":`;
  const names = (await files.list(path)).map((file) => file.path).filter((name) => /\.(png|jpe?g|webp)$/i.test(name));
  const classOf = (name: string) => name.slice(0, Math.max(0, name.indexOf(mark)));
  const lone = names.find((name) => classOf(name) === "");
  if (lone !== undefined) {
    throw new RangeError(`${cannot} found "${lone}", names that begin with a class and "${mark}" are wanted`);
  }
  // By name, so that the order of the files decides nothing.
  const classes = [...new Set(names.map(classOf))].sort();
  if (classes.length < 2) throw new RangeError(`${cannot} found ${classes.length} classes, two or more are wanted`);
  const images = {
    name: (index: number) => names[index]!,
    load: async (index: number) => ({ bytes: await files.read(`${path}/${names[index]}`) }),
    located: (index: number, error: Error) =>
      new SyntaxError(`Cannot read "${path}/${names[index]}": ${error.message}`, { cause: error }),
  };
  const { size, decoder } = await surveyImages({ count: names.length, ...images }, params.size);
  const labels = Int32Array.from(names, (name) => classes.indexOf(classOf(name)));
  const provenance = { reader: "my-reader", digest: await files.digest(path), decoder, skipped: [] };
  return await createFileSet({ source: path, size, classes, labels, provenance, ...images }, params, context);
}
