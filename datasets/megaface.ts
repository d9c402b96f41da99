/**
 * The reader of MegaFace's first challenge: probes of FaceScrub against a million distractors.
 *
 * @module
 */
import { z } from "zod";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import { combinedDigest } from "./combined_digest.ts";
import { knownFormat } from "./decoding/decode.ts";
import { createFileSet } from "./file_set.ts";
import type { Files } from "./files.ts";
import { ALIGN_FIELDS, alignPaths, IMAGE_FIELDS, shapeOfFields, SIZE_OR_ALIGN, sizeOfFields } from "./image_fields.ts";
import { type MegafaceList, readMegafaceList, readNoiseList } from "./megaface_lists.ts";
import type { NameTable } from "./name_table.ts";
import { ALIGN_WITH_IMAGES, createNamedSet } from "./named_set.ts";
import { pathDigests } from "./path_digests.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin, type TemplateSet } from "./reader.ts";
import { joinedSource } from "./row_source.ts";
import { EMBEDDING_FIELDS, matchEmbeddings, openEmbeddings } from "./stored_embeddings.ts";

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
 * @throws {RangeError} (`open`) if images are to be read and no size is given, or embeddings do not fit the lists.
 */
export const megafaceReader: ReaderPlugin = defineReader({
  name: "megaface",
  version: "1.0.0",
  summary: "MegaFace, challenge 1: FaceScrub probes against a list of distractors, with insightface's noise lists",
  reference: "https://arxiv.org/abs/1512.00596",
  params,
  gives: "templates",
  shape: (fields) => fields.images === null ? [0, 0, 0] : shapeOfFields(fields),
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
    labels,
    classes,
  });
  const places = Int32Array.from({ length: total }, (_, index) => index);
  const noise = params.noise && await markNoise(params.noise, files, { name, first, total });
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

async function markNoise(
  lists: NonNullable<Params["noise"]>,
  files: Files,
  { name, first, total }: { name(index: number): string; readonly first: number; readonly total: number },
): Promise<Uint8Array> {
  const probes = lists.probes === null ? new Set<string>() : await readNoiseList(lists.probes, files);
  const distractors = lists.distractors === null ? new Set<string>() : await readNoiseList(lists.distractors, files);
  return Uint8Array.from({ length: total }, (_, index) => {
    const own = name(index);
    return Number(index < first ? probes.has(own.slice(own.lastIndexOf("/") + 1)) : distractors.has(own));
  });
}

async function openImages(
  params: Params,
  context: ReaderContext,
  { probes, distractors, labels, classes }: {
    readonly probes: NameTable;
    readonly distractors: NameTable;
    readonly labels: Int32Array;
    readonly classes: readonly string[];
  },
): Promise<ImageSet> {
  const { files } = context, { images: folders, embeddings: parts } = params;
  const first = probes.length;
  const name = (index: number) => index < first ? probes.at(index) : distractors.at(index - first);
  const known = { source: params.probes, classes, labels, name };
  const read = parts ? [parts.probes, parts.distractors].map(({ members, suffix }) => ({ members, suffix })) : null;
  const identity = {
    reader: "megaface",
    digest: combinedDigest({ digests: await pathDigests(pathsOf(params), files), read }),
  };
  const embeddings = parts
    ? {
      embeddings: joinedSource(
        await openPart(parts.probes, files, probes),
        await openPart(parts.distractors, files, distractors),
      ),
    }
    : {};
  if (folders === null) {
    return { ...createNamedSet({ ...known, provenance: identity }, params), ...embeddings };
  }
  if (shapeOfFields(params) === undefined) {
    throw new RangeError(
      `Cannot open the images of "${folders.probes}" without a size: they differ, set size or align`,
    );
  }
  const path = (index: number) => `${index < first ? folders.probes : folders.distractors}/${name(index)}`;
  const images = await createFileSet(
    {
      ...known,
      size: sizeOfFields(params)!,
      load: async (index) => ({ bytes: await files.read(path(index)) }),
      provenance: { ...identity, decoder: knownFormat(await files.read(path(0))).decoder, skipped: [] },
    },
    params,
    context,
  );
  return { ...images, ...embeddings };
}

async function openPart(
  stored: NonNullable<Params["embeddings"]>["probes"],
  files: Files,
  names: NameTable,
): Promise<EmbeddingSource> {
  const name = (row: number) => names.at(row), rows = { count: names.length, name };
  return matchEmbeddings(
    await openEmbeddings(stored.path, files, { ...stored, rows }),
    { length: names.length, name },
    stored.path,
  );
}
