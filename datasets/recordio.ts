/**
 * The reader of RecordIO files, the container of MXNet and insightface.
 *
 * @module
 */
import { z } from "zod";
import { combinedDigest } from "./combined_digest.ts";
import { createFileSet, isDamage } from "./file_set.ts";
import { type Files, MissingDataError } from "./files.ts";
import { measureImage } from "./first_image.ts";
import { IMAGE_FIELDS, shapeOfFields } from "./image_fields.ts";
import { pathDigests } from "./path_digests.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";
import { checkImage } from "./recordio/class_label.ts";
import { readLayout } from "./recordio/layout.ts";
import { openRecords } from "./recordio/open.ts";
import { parseProperty } from "./recordio/property.ts";
import { readSoundLayout } from "./recordio/sound.ts";

const params = z.strictObject({
  path: z.string().min(1).describe(
    "The file, whose name ends in .rec, or a folder that holds train.rec and, where they are there, train.idx and property",
  ),
  index: z.string().min(1).optional().describe(
    "The .idx file of a .rec file; without one the records are found by going through the file",
  ),
  labels: z.enum(["identities", "headers"]).default("identities").describe(
    "In insightface's layout: labels by the identity records, or by the header of each image (goes through the file)",
  ),
  skipDamaged: z.boolean().optional().describe(
    "Leave out what is no whole record of the file, and count it in the record; goes through the file. An image that " +
      "cannot be decoded is an error still",
  ),
  ...IMAGE_FIELDS,
  classes: z.strictObject({
    first: z.int().min(0).default(0).describe("Number of the first class taken, from 0 by ascending label"),
    count: z.int().min(2).describe("How many classes are taken"),
  }).nullable().default(null).describe("Take only some classes, so that others stay unseen; null for all"),
});

type Params = z.output<typeof params>;

type Skipped = ImageSet["provenance"]["skipped"][number];

/**
 * Images of a RecordIO file in insightface's layout (a header record, images, identity records) or as im2rec writes
 * it (every record an image). Classes are the labels that occur, by ascending number and named after it; labels that
 * are left out do not make empty classes. An image is named by its record's key.
 *
 * In insightface's layout no image is looked at before it is read; its own label is then compared with its identity's.
 *
 * With `skipDamaged`, a file that lost records, or whose identity records contradict one another, takes labels from the
 * images' own headers.
 *
 * @throws {MissingDataError} (`open`) if there is nothing at the path.
 * @throws {SyntaxError} (`open`, `read`) if a record is damaged, or an image's label is not that of its identity.
 * @throws {RangeError} (`open`) if identity records contradict one another, a label is no class, or `property` does
 *   not agree.
 */
export const recordio: ReaderPlugin = defineReader({
  name: "recordio",
  version: "1.0.0",
  summary: "Images of a RecordIO file: insightface's train.rec, or what im2rec writes",
  reference: "https://mxnet.apache.org/versions/1.9.1/api/faq/recordio",
  params,
  gives: "images",
  shape: shapeOfFields,
  paths: (params) => {
    const { rec, index } = placesOf(params);
    return index === undefined ? [rec] : [rec, index];
  },
  optionalPaths: (params) => placesOf(params).beside,
  open,
});

async function open(params: Params, context: ReaderContext): Promise<ImageSet> {
  const { files } = context, { rec, index, property } = await locateFiles(params, files);
  const skipped: Skipped[] = [];
  const tell = params.skipDamaged ? (damage: Skipped) => void skipped.push(damage) : undefined;
  const records = await openRecords(rec, files, { index, tell });
  const layout = tell
    ? await readSoundLayout(records, { labels: params.labels, lost: skipped.length > 0, tell })
    : await readLayout(records, params);
  const all = Int32Array.from(new Set(layout.labels)).sort();
  const taken = selectClasses(params, all, { path: rec, skipped }),
    { chosen, labels } = chooseImages(layout.labels, taken);
  const load = async (image: number): Promise<{ bytes: Uint8Array }> => {
    const at = chosen[image]!, place = layout.places[at]!, record = await records.read(place);
    checkImage(records, place, { label: record.header.label, contentLength: record.content.length });
    if (record.header.label !== layout.labels[at]) {
      throw new SyntaxError(
        `Cannot use record ${records.keys[place]} of "${rec}" at byte ${record.offset}: its label is ` +
          `${record.header.label}, its identity record says ${layout.labels[at]}; ` +
          "set labels: headers to take labels from the images' own headers",
      );
    }
    return { bytes: record.content };
  };
  const name = (image: number): string => `${records.keys[layout.places[chosen[image]!]!]}`;
  const located = (image: number, error: Error): Error => {
    const offset = records.offsets[layout.places[chosen[image]!]!];
    return new SyntaxError(`Cannot read record ${name(image)} of "${rec}" at byte ${offset}: ${error.message}`, {
      cause: error,
    });
  };
  const { decoder, size } = await measureFirst(load, { count: labels.length, located, lenient: tell !== undefined });
  if (property !== undefined) {
    await checkProperty(property, { all, size }, files).catch((error) => {
      if (!tell || !isDamage(error)) throw error;
      tell({ path: property, reason: error.message });
    });
  }
  return await createFileSet(
    {
      source: rec,
      size: params.size ?? size,
      classes: Array.from(taken, String),
      labels,
      name,
      load,
      located,
      provenance: { reader: "recordio", digest: await digestOf([rec, index], files), decoder, skipped },
    },
    params,
    context,
  );
}

/** What the first image tells of all; if `lenient`, the first that tells anything. */
async function measureFirst(
  load: (image: number) => Promise<{ bytes: Uint8Array }>,
  { count, located, lenient }: { count: number; located: (image: number, error: Error) => Error; lenient: boolean },
): Promise<ReturnType<typeof measureImage>> {
  for (let image = 0;; image++) {
    try {
      return measureImage((await load(image)).bytes, (error) => located(image, error));
    } catch (error) {
      if (!lenient || !isDamage(error) || image + 1 >= count) throw error;
    }
  }
}

/** What the path stands for by its name alone: files that have to be there, and those that are read where they are. */
function placesOf({ path, index }: Params): { rec: string; index: string | undefined; beside: string[] } {
  if (/\.rec$/i.test(path)) return { rec: path, index, beside: [] };
  const beside = [...index === undefined ? [`${path}/train.idx`] : [], `${path}/property`];
  return { rec: `${path}/train.rec`, index, beside };
}

/** The files that are there. */
async function locateFiles(
  params: Params,
  files: Files,
): Promise<{ rec: string; index: string | undefined; property?: string | undefined }> {
  const { path } = params, { rec, index, beside } = placesOf(params);
  if (await files.stat(rec) !== "file") {
    const kind = await files.stat(path);
    throw new MissingDataError(
      kind === "file"
        ? `Cannot open "${path}": it is a file whose name does not end in .rec, give it that ending or name a folder with ` +
          "train.rec"
        : `Cannot open "${path}": there is nothing at ${
          files.locate(kind === undefined ? path : rec)
        }, put a .rec file ` +
          "or a folder with train.rec there or name the data folder with --data",
    );
  }
  const there = new Set<string>();
  for (const file of beside) if (await files.stat(file) === "file") there.add(file);
  const find = (name: string): string | undefined => beside.find((file) => file.endsWith(name) && there.has(file));
  return { rec, index: index ?? find("/train.idx"), property: find("/property") };
}

async function checkProperty(
  path: string,
  { all, size }: { all: Int32Array; size: readonly [height: number, width: number] },
  files: Files,
): Promise<void> {
  const says = parseProperty(await files.read(path), path), most = all.at(-1)! + 1;
  // Some writers count the classes, others take the largest label and one.
  if (says.classes !== all.length && says.classes !== most) {
    throw new RangeError(
      `Cannot use "${path}", line 1: it says ${says.classes} classes, the records have ${all.length} with labels below ` +
        `${most}; correct or remove it`,
    );
  }
  if (says.size[0] === size[0] && says.size[1] === size[1]) return;
  throw new RangeError(
    `Cannot use "${path}", line 1: it says ${says.size.join(" × ")} pixels, the first image has ${size.join(" × ")}; ` +
      "correct or remove it",
  );
}

/** The labels that the parameters ask for. */
function selectClasses(
  { classes }: Params,
  labels: Int32Array,
  { path, skipped }: { path: string; skipped: readonly Skipped[] },
): Int32Array {
  if (labels.length < 2) {
    throw new RangeError(
      `Cannot open "${path}": its image records have ${labels.length} different labels, at least two classes are wanted` +
        (skipped.length === 0 ? "" : `; left out as damaged: ${listSkipped(skipped)}`),
    );
  }
  const { first, count } = classes ?? { first: 0, count: labels.length };
  if (first + count <= labels.length) return labels.subarray(first, first + count);
  throw new RangeError(
    `Cannot take classes ${first} to ${first + count - 1} of "${path}": it has classes 0 to ${labels.length - 1}`,
  );
}

/** The first ten places that were left out, with the reasons. */
function listSkipped(skipped: readonly Skipped[]): string {
  const first = skipped.slice(0, 10).map(({ path, reason }) => `${path} (${reason})`);
  return `${first.join(", ")}${skipped.length > 10 ? `, and ${skipped.length - 10} more` : ""}`;
}

/** The images of the classes that are taken, and the class of each. */
function chooseImages(all: Int32Array, taken: Int32Array): { chosen: Uint32Array; labels: Int32Array } {
  const classOf = new Map(Array.from(taken, (label, i) => [label, i]));
  const chosen = new Uint32Array(all.length), labels = new Int32Array(all.length);
  let count = 0;
  for (let i = 0; i < all.length; i++) {
    const label = classOf.get(all[i]!);
    if (label === undefined) continue;
    chosen[count] = i;
    labels[count++] = label;
  }
  return { chosen: chosen.slice(0, count), labels: labels.slice(0, count) };
}

/** One file's digest is the set's; of several, the digest of them all. */
async function digestOf(paths: readonly (string | undefined)[], files: Files): Promise<string> {
  const digests = await pathDigests(paths.filter((path) => path !== undefined), files);
  return digests.length === 1 ? digests[0]! : combinedDigest(digests);
}
