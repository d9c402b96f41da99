/**
 * The reader of MegaFace's first challenge: probes of FaceScrub against a million distractors.
 *
 * @module
 */
import { z } from "zod";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import { combinedDigest } from "./combined_digest.ts";
import { EMBEDDING_FIELDS } from "./embedding_fields.ts";
import { matchEmbeddings } from "./embedding_match.ts";
import type { Files } from "./files.ts";
import type { PackedText } from "./growing.ts";
import { ALIGN_FIELDS, alignPaths, IMAGE_FIELDS, shapeOfListed, SIZE_OR_ALIGN } from "./image_fields.ts";
import { openListedFiles } from "./listed_files.ts";
import { type MegafaceList, readMegafaceList, readNoiseList } from "./megaface_lists.ts";
import { ALIGN_WITH_IMAGES } from "./named_set.ts";
import { pathDigests } from "./path_digests.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin, type TemplateSet } from "./reader.ts";
import { joinedSource } from "./row_source.ts";
import { openEmbeddings } from "./stored_embeddings.ts";

const stored = (of: string) => z.strictObject(EMBEDDING_FIELDS).describe(`Stored embeddings of the ${of}`);

const params = z.strictObject({
  probes: z.string().min(1).describe("List of the probes: JSON with path and id, or text with identity/image a line"),
  distractors: z.string().min(1).describe("List of the distractors: JSON with path, or text, a path a line"),
  images: z.strictObject({
    probes: z.string().min(1).describe("Folder of the probes' images, FaceScrub"),
    distractors: z.string().min(1).describe("Folder of the distractors' images, MegaFace"),
  }).nullable().default(null).describe("Where the images lie; null where embeddings are stored"),
  embeddings: z.strictObject({ probes: stored("probes"), distractors: stored("distractors") }).nullable().default(null)
    .describe("Stored embeddings in the order of the lists, or feature files named after the images"),
  noise: z.strictObject({
    probes: z.string().min(1).nullable().default(null).describe("List of noise among the probes, facescrub_noises.txt"),
    distractors: z.string().min(1).nullable().default(null).describe(
      "List of noise among the distractors, megaface_noises.txt",
    ),
    allowUnknown: z.boolean().optional().describe(
      "Let more than a tenth of a list of noise be no image of the set, where the set is a part of what was listed",
    ),
  }).nullable().default(null).describe("Images that insightface lists as noise; null for none"),
  ...IMAGE_FIELDS,
  ...ALIGN_FIELDS,
}).check(SIZE_OR_ALIGN, ALIGN_WITH_IMAGES);

type Params = z.output<typeof params>;

/**
 * MegaFace: a template an image, the probes first and then the distractors, both in the order of their lists. There is
 * one search, for the probes among the distractors; its gallery has the order of the distractors' list, so that the
 * first `n` of it are those of the kit's smaller lists where these are its beginnings.
 *
 * Names are `identity/image` for probes and `folder/folder/image` for distractors, whatever stands before them in a
 * list; a feature file is the name and the `suffix`. Subjects are the identities of the probes.
 *
 * @throws {MissingDataError} (`open`) if a list is not there.
 * @throws {SyntaxError} (`open`) if a list is damaged, with the line.
 * @throws {RangeError} (`open`) if images are to be read and no size is given, embeddings do not fit the lists, or a list
 *   of noise is of other images.
 */
export const megafaceReader: ReaderPlugin = defineReader({
  name: "megaface",
  version: "1.0.0",
  summary: "MegaFace, challenge 1: FaceScrub probes against a list of distractors, with insightface's noise lists",
  reference: "https://arxiv.org/abs/1512.00596",
  params,
  gives: "templates",
  shape: shapeOfListed,
  storesEmbeddings: ({ embeddings }) => embeddings !== null,
  paths: pathsOf,
  open,
});

function pathsOf({ probes, distractors, images, embeddings, noise, align }: Params): string[] {
  return [
    probes,
    distractors,
    ...images ? [images.probes, images.distractors] : [],
    ...embeddings ? [embeddings.probes, embeddings.distractors].flatMap(({ path, mirrored }) => [path, mirrored]) : [],
    ...noise ? [noise.probes, noise.distractors] : [],
    ...alignPaths({ align }),
  ].filter((path) => path !== null);
}

async function open(params: Params, context: ReaderContext): Promise<TemplateSet> {
  const { files } = context;
  const probes = await readMegafaceList(params.probes, files, 2);
  const distractors = await readMegafaceList(params.distractors, files, 3);
  const first = probes.names.length, total = first + distractors.names.length;
  const name = (index: number) => index < first ? probes.names.at(index) : distractors.names.at(index - first);
  const { labels, classes } = numberIdentities(probes, total);
  const images = await openImages(params, context, {
    probes: probes.names,
    distractors: distractors.names,
    name,
    labels,
    classes,
  });
  const places = Int32Array.from({ length: total }, (_, index) => index);
  const noise = params.noise &&
    await markNoise(params.noise, files, { probes: probes.names, distractors: distractors.names });
  return {
    gives: "templates",
    images,
    entries: { image: places, template: places, medium: new Int32Array(total) },
    count: total,
    subjects: labels.map((label, index) => index < first ? label : -1),
    templateName: name,
    ...noise ? { noise } : {},
    searches: [{ name: "distractors", gallery: places.subarray(first), probes: places.subarray(0, first) }],
    provenance: images.provenance,
  };
}

/** Classes are the probes' identities in the order in which they come up, and one of all distractors. */
function numberIdentities(
  { names, identities }: MegafaceList,
  total: number,
): { labels: Int32Array; classes: string[] } {
  const numbers = new Map<string, number>(), labels = new Int32Array(total);
  for (let index = 0; index < names.length; index++) {
    const identity = identities?.[index] ?? names.at(index).split("/")[0]!, known = numbers.get(identity);
    labels[index] = known ?? numbers.size;
    if (known === undefined) numbers.set(identity, numbers.size);
  }
  labels.fill(numbers.size, names.length);
  return { labels, classes: [...numbers.keys(), "distractors"] };
}

/** Marks the images that are noise, the probes first. */
async function markNoise(
  { allowUnknown = false, ...lists }: NonNullable<Params["noise"]>,
  files: Files,
  { probes, distractors }: { readonly probes: PackedText; readonly distractors: PackedText },
): Promise<Uint8Array> {
  const noise = new Uint8Array(probes.length + distractors.length);
  const fileName = (name: string) => name.slice(name.lastIndexOf("/") + 1);
  const parts = [
    { list: lists.probes, start: 0, count: probes.length, name: (index: number) => fileName(probes.at(index)) },
    { list: lists.distractors, start: probes.length, count: distractors.length, name: distractors.at },
  ];
  for (const { list, start, count, name } of parts) {
    if (list === null) continue;
    const names = await readNoiseList(list, files), unknown = new Set(names);
    for (let index = 0; index < count; index++) {
      const own = name(index);
      if (names.has(own)) noise[start + index] = 1, unknown.delete(own);
    }
    if (unknown.size === 0 || (unknown.size < names.size && (allowUnknown || 10 * unknown.size <= names.size))) {
      continue;
    }
    throw new RangeError(
      `Cannot mark the noise that "${list}" names: found ${names.size - unknown.size} of its ${names.size} names ` +
        `among the images, not "${[...unknown][0]}", wanted names such as "${name(0)}"; ` +
        (unknown.size < names.size
          ? "set allowUnknown: true where the list is of more images than these"
          : "leave the list out where it is of other images"),
    );
  }
  return noise;
}

async function openImages(
  params: Params,
  context: ReaderContext,
  { probes, distractors, ...known }: {
    readonly probes: PackedText;
    readonly distractors: PackedText;
    name(index: number): string;
    readonly labels: Int32Array;
    readonly classes: readonly string[];
  },
): Promise<ImageSet> {
  const { files } = context, { images: folders, embeddings: parts } = params, first = probes.length;
  const read = parts ? [parts.probes, parts.distractors].map(({ members, suffix }) => ({ members, suffix })) : null;
  const path = (index: number) => `${index < first ? folders!.probes : folders!.distractors}/${known.name(index)}`;
  return await openListedFiles(
    {
      ...known,
      source: params.probes,
      images: folders === null ? undefined : { folder: folders.probes, path },
      embeddings: parts
        ? joinedSource(
          await openPart(parts.probes, files, probes),
          await openPart(parts.distractors, files, distractors),
        )
        : undefined,
      provenance: {
        reader: "megaface",
        digest: combinedDigest({ digests: await pathDigests(pathsOf(params), files), read }),
      },
    },
    params,
    context,
  );
}

async function openPart(
  stored: NonNullable<Params["embeddings"]>["probes"],
  files: Files,
  names: PackedText,
): Promise<EmbeddingSource> {
  const images = { length: names.length, name: names.at }, rows = { count: names.length, name: names.at };
  return matchEmbeddings(await openEmbeddings(stored.path, files, { ...stored, rows }), images, {
    source: stored.path,
  });
}
