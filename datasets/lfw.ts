/**
 * The reader of Labeled Faces in the Wild.
 *
 * @module
 */
import { z } from "zod";
import { combinedDigest } from "./combined_digest.ts";
import { createFileSet } from "./file_set.ts";
import { MissingDataError } from "./files.ts";
import { ALIGN_FIELDS, alignPaths, IMAGE_FIELDS, shapeOfFields, SIZE_OR_ALIGN, sizeOfFields } from "./image_fields.ts";
import { type ImageSource, openSource } from "./image_source.ts";
import { sourceImages, surveyImages } from "./image_survey.ts";
import { type LfwImage, type LfwPairs, readLfwPairs } from "./lfw_pairs.ts";
import { ALIGN_WITH_IMAGES, createNamedSet } from "./named_set.ts";
import { defineReader, type ImageSet, type PairSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  images: z.string().min(1).nullable().default(null).describe(
    "Folder or zip archive of the images, Name/Name_0001.jpg (or .png) at any depth; null for names alone, which do " +
      "for stored embeddings",
  ),
  pairs: z.string().min(1).describe("List of pairs: pairs.txt of View 2, or a list of View 1"),
  folds: z.int().min(2).max(1000).optional().describe(
    "For a list of View 1, which has no folds (pairsDevTest.txt): deal its pairs out to so many, as they stand",
  ),
  ...IMAGE_FIELDS,
  ...ALIGN_FIELDS,
}).check(SIZE_OR_ALIGN, ALIGN_WITH_IMAGES);

type Params = z.output<typeof params>;

/**
 * Pairs of Labeled Faces in the Wild. Only the images of the list are looked for, and read when they are needed; they
 * are named by their official paths, `Name/Name_0001.jpg`.
 *
 * @throws {MissingDataError} (`open`) if the list, the images or one image is not there.
 * @throws {SyntaxError} (`open`, `read`) if the list or an image is damaged.
 * @throws {RangeError} (`open`) if an image is there twice, or `folds` does not fit the list.
 */
export const lfw: ReaderPlugin = defineReader({
  name: "lfw",
  version: "1.0.0",
  summary: "Labeled Faces in the Wild: the pairs of pairs.txt, from the official folder or names alone",
  reference: "https://vis-www.cs.umass.edu/lfw/",
  notes: [
    "The images are 250 × 250 and hold more than the face: published figures are of aligned crops of 112 × 112.",
    "View 2 (pairs.txt, 10 folds of 300 + 300) is what papers report; View 1 is for choosing models.",
  ],
  params,
  gives: "pairs",
  shape: (p) => p.images === null ? undefined : shapeOfFields(p),
  paths: (p) => [...p.images === null ? [] : [p.images], p.pairs, ...alignPaths(p)],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<PairSet> {
  const { files } = context, { images: path, pairs: list, folds } = params;
  const { images, ...pairs } = await readLfwPairs(list, files, folds);
  const identity = { pairs: await files.digest(list), ...folds === undefined ? {} : { folds } };
  const set = path === null
    ? createNamedSet(
      { ...describe(images, list), provenance: { reader: "lfw", digest: combinedDigest(identity) } },
      params,
    )
    : await openImages(images, { ...params, images: path }, {
      context,
      digest: combinedDigest({ images: await files.digest(path), ...identity }),
    });
  return { gives: "pairs", images: set, ...pairs, provenance: set.provenance };
}

async function openImages(
  images: LfwPairs["images"],
  params: Params & { images: string },
  { context, digest }: { context: ReaderContext; digest: string },
): Promise<ImageSet> {
  const source = await openSource(params.images, context.files), paths = locate(images, source, params);
  const found = sourceImages(params.images, source, { count: paths.length, at: (index) => paths[index]! });
  const { size, decoder } = await surveyImages(found, sizeOfFields(params));
  return await createFileSet(
    {
      ...describe(images, params.images),
      size,
      load: found.load,
      located: found.located,
      provenance: { reader: "lfw", digest, decoder, skipped: [] },
    },
    params,
    context,
  );
}

/** What is known of the images by the list alone: a class is a person. */
function describe(images: LfwPairs["images"], source: string) {
  const classes = [...new Set(images.map((image) => image.person))].sort();
  const place = new Map(classes.map((name, index) => [name, index]));
  return {
    source,
    classes,
    labels: Int32Array.from(images, (image) => place.get(image.person)!),
    name: (index: number) => images[index]!.name,
  };
}

/** The path of each image: its person's folder and its number, whatever lies above and whichever format it has. */
function locate(images: readonly LfwImage[], source: ImageSource, params: Params & { images: string }): string[] {
  const wanted = new Map(images.map((image, index) => [image.name.replace(/\.jpg$/, ""), index]));
  const paths = new Array<string | undefined>(images.length);
  for (const path of source.paths) {
    const stem = /(?:^|\/)([^/]+\/[^/]+)\.(?:jpe?g|png)$/i.exec(path)?.[1], index = wanted.get(stem ?? "");
    if (index === undefined) continue;
    if (paths[index] !== undefined) {
      throw new RangeError(
        `Cannot tell which image of "${params.images}" is "${images[index]!.name}": found "${paths[index]}" and ` +
          `"${path}", one is wanted, name the folder that holds one set of images`,
      );
    }
    paths[index] = path;
  }
  const missing = images.filter((_, index) => paths[index] === undefined), first = missing[0];
  if (!first) return paths as string[];
  throw new MissingDataError(
    `Cannot find "${first.name}" in "${params.images}": line ${first.line} of "${params.pairs}" names it, ` +
      `${missing.length} of ${images.length} images are not there; put them there or name the folder that holds them`,
  );
}
