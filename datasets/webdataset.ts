/**
 * The reader of WebDataset shards.
 *
 * @module
 */
import { z } from "zod";
import { expandBraces } from "./brace_expansion.ts";
import { combinedDigest } from "./combined_digest.ts";
import { createFileSet } from "./file_set.ts";
import { ALIGN_FIELDS, alignPaths, IMAGE_FIELDS, shapeOfFields, SIZE_OR_ALIGN, sizeOfFields } from "./image_fields.ts";
import { surveyImages } from "./image_survey.ts";
import { pathDigests } from "./path_digests.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";
import { readTarSamples } from "./tar_samples.ts";

const extension = z.string().regex(
  /^[a-z0-9_]+(\.[a-z0-9_]+)*$/,
  "an extension without a dot before it, in lower case",
);

const params = z.strictObject({
  path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe(
    "Tar archive, or several: a list, or braces such as train-{000..009}.tar; in this order",
  ),
  images: z.array(extension).min(1).default(["jpg", "jpeg", "png", "webp", "ppm", "pgm", "pnm"]).describe(
    "Extensions of the images: what follows the first dot of a name",
  ),
  label: z.strictObject({
    extension: extension.default("cls").describe("Extension of the labels"),
    key: z.string().min(1).optional().describe("Key of the label, for JSON files; where absent, the label is the text"),
  }).prefault({}).describe("Where the label of a sample stands"),
  ...IMAGE_FIELDS,
  ...ALIGN_FIELDS,
}).check(SIZE_OR_ALIGN);

type Params = z.output<typeof params>;

/**
 * Images of tar archives, where members of one name up to its first dot make a sample, such as `0001.jpg` and
 * `0001.cls`. The headers of every archive are read once; images are then read from where they lie. Classes that are all
 * integers are in the order of their numbers, others in code-unit order.
 *
 * @throws {MissingDataError} (`open`) if an archive is not there.
 * @throws {SyntaxError} (`open`, `read`) if an archive, a sample or an image is damaged.
 * @throws {RangeError} (`open`) if there are fewer than two classes.
 */
export const webdataset: ReaderPlugin = defineReader({
  name: "webdataset",
  version: "1.0.0",
  summary: "Tar archives of samples in the manner of WebDataset: 0001.jpg beside 0001.cls or 0001.json",
  reference: "https://github.com/webdataset/webdataset",
  notes: ["Archives are plain tar; unpack .tar.gz beforehand, of which no part can be read by itself."],
  params,
  gives: "images",
  shape: shapeOfFields,
  paths: (params) => [...shardsOf(params), ...alignPaths(params)],
  open,
});

function shardsOf({ path }: Pick<Params, "path">): string[] {
  return [path].flat().flatMap(expandBraces);
}

async function open(params: Params, context: ReaderContext): Promise<ImageSet> {
  const { files } = context, { images, label } = params, shards = shardsOf(params);
  const { names, shard, start, size, classes, labels } = await readTarSamples(shards, files, { images, label });
  const source = shards.length === 1 ? shards[0]! : `${shards[0]} … ${shards.at(-1)}`;
  if (classes.length < 2) {
    throw new RangeError(
      `Cannot open "${source}": found ${labels.length} samples of ${classes.length} classes, two classes or more are ` +
        "wanted; see images and label for what makes a sample",
    );
  }
  const found = {
    count: labels.length,
    name: (index: number) => names.at(index),
    load: async (index: number) => ({
      bytes: await files.read(shards[shard[index]!]!, { start: start[index]!, length: size[index]! }),
    }),
    located: (index: number, error: Error) =>
      new SyntaxError(
        `Cannot read image "${names.at(index)}" of "${shards[shard[index]!]}" at byte ${
          start[index]
        }: ${error.message}`,
        { cause: error },
      ),
  };
  const survey = await surveyImages(found, sizeOfFields(params));
  const digests = await pathDigests(shards, files);
  return await createFileSet(
    {
      source,
      size: survey.size,
      classes,
      labels,
      name: found.name,
      load: found.load,
      located: found.located,
      provenance: {
        reader: "webdataset",
        digest: combinedDigest({ shards: digests, images, label }),
        decoder: survey.decoder,
        skipped: [],
      },
    },
    params,
    context,
  );
}
