/**
 * The reader of IJB-B and IJB-C as insightface lays them out.
 *
 * @module
 */
import { z } from "zod";
import { combinedDigest } from "./combined_digest.ts";
import { EMBEDDING_FIELDS } from "./embedding_fields.ts";
import { matchEmbeddings } from "./embedding_match.ts";
import type { Files } from "./files.ts";
import {
  type Detections,
  type IjbFaces,
  placesOf,
  readDetections,
  readFaces,
  readTemplateList,
  readTemplatePairs,
} from "./ijb_meta.ts";
import { ALIGN_OWN_FIELDS, IMAGE_FIELDS, shapeOfListed, SIZE_OR_ALIGN } from "./image_fields.ts";
import { openListedFiles } from "./listed_files.ts";
import { ALIGN_WITH_IMAGES } from "./named_set.ts";
import { pathDigests } from "./path_digests.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin, type TemplateSet } from "./reader.ts";
import { openEmbeddings } from "./stored_embeddings.ts";

const params = z.strictObject({
  meta: z.string().min(1).describe("Folder of the text files, meta, in the data folder or absolute"),
  set: z.enum(["ijbb", "ijbc"]).describe("How the names of these files begin"),
  images: z.string().min(1).nullable().default(null).describe(
    "Folder of the images, loose_crop; null where embeddings are stored",
  ),
  embeddings: z.strictObject(EMBEDDING_FIELDS).nullable().default(null).describe(
    "Stored embeddings, in the order of the list of templates or by the images' names",
  ),
  searches: z.strictObject({
    galleries: z.array(z.string().min(1)).min(1).describe(
      "Lists of gallery templates (.csv), such as ijbc_1N_gallery_G1.csv; a search is named after its ending, G1",
    ),
    probes: z.string().min(1).describe("List of probe templates (.csv), such as ijbc_1N_probe_mixed.csv"),
  }).nullable().default(null).describe("1:N identification; null for 1:1 verification alone"),
  ...IMAGE_FIELDS,
  ...ALIGN_OWN_FIELDS,
}).check(SIZE_OR_ALIGN, ALIGN_WITH_IMAGES);

type Params = z.output<typeof params>;

/**
 * Templates of IJB-B or IJB-C: images with their template and medium, pairs of templates, the detector's scores and
 * landmarks, and galleries to search. Files below `meta`, lines of fields between spaces:
 *
 * - `{set}_face_tid_mid.txt`: `image template medium`; templates are numbered in ascending order.
 * - `{set}_name_5pts_score.txt`: `image x1 y1 … x5 y5 score`, the same images in the same order.
 * - `{set}_template_pair_label.txt`: `template template same`.
 *
 * The subject of a template is known from the lists of `searches` alone, elsewhere it is −1.
 *
 * @throws {MissingDataError} (`open`) if a file is not there.
 * @throws {SyntaxError} (`open`) if a line is damaged, with its number.
 * @throws {RangeError} (`open`) if images are to be read and no size is given, or embeddings do not fit the images.
 */
export const ijb: ReaderPlugin = defineReader({
  name: "ijb",
  version: "1.0.0",
  summary: "IJB-B and IJB-C: templates, pairs of templates, galleries and probes",
  reference: "https://doi.org/10.1109/ICB2018.2018.00033",
  notes: ["The lists and crops are those that insightface publishes; the images themselves need NIST's licence."],
  params,
  gives: "templates",
  shape: shapeOfListed,
  storesEmbeddings: ({ embeddings }) => embeddings !== null,
  paths: pathsOf,
  open,
});

function metaPath({ meta, set }: Params, name: string): string {
  return `${meta}/${set}_${name}.txt`;
}

function pathsOf(params: Params): string[] {
  const { images, embeddings, searches } = params;
  return [
    ...["face_tid_mid", "name_5pts_score", "template_pair_label"].map((name) => metaPath(params, name)),
    ...searches ? [...searches.galleries, searches.probes] : [],
    ...images === null ? [] : [images],
    ...embeddings ? [embeddings.path, ...embeddings.mirrored === null ? [] : [embeddings.mirrored]] : [],
  ];
}

async function open(params: Params, context: ReaderContext): Promise<TemplateSet> {
  const { files } = context;
  const faces = await readFaces(metaPath(params, "face_tid_mid"), files), places = placesOf(faces);
  const detections = await readDetections(metaPath(params, "name_5pts_score"), files, faces.names);
  const pairs = await readTemplatePairs(metaPath(params, "template_pair_label"), files, places);
  const subjects = new Int32Array(faces.ids.length).fill(-1);
  const lists = { places, subjects };
  const searches = params.searches && await openSearches(params.searches, files, lists);
  const images = await openImages(params, context, { faces, detections });
  return {
    gives: "templates",
    images,
    entries: {
      image: Int32Array.from({ length: images.length }, (_, image) => image),
      template: faces.template,
      medium: faces.medium,
    },
    count: faces.ids.length,
    subjects,
    templateName: (index) => `${faces.ids[index]}`,
    detection: detections.scores,
    pairs: { ...pairs, folds: 1 },
    ...searches ? { searches } : {},
    provenance: images.provenance,
  };
}

async function openSearches(
  { galleries, probes: list }: NonNullable<Params["searches"]>,
  files: Files,
  lists: Parameters<typeof readTemplateList>[2],
): Promise<NonNullable<TemplateSet["searches"]>> {
  const probes = await readTemplateList(list, files, lists);
  const searches = [];
  for (const path of galleries) {
    const name = /([^/_]+?)(\.csv)?$/.exec(path)?.[1] ?? path;
    searches.push({ name, gallery: await readTemplateList(path, files, lists), probes });
  }
  return searches;
}

async function openImages(
  params: Params,
  context: ReaderContext,
  { faces: { names, template, ids }, detections: { landmarks } }: {
    readonly faces: IjbFaces;
    readonly detections: Detections;
  },
): Promise<ImageSet> {
  const { files } = context, { images: folder, embeddings: stored, set } = params, { members, suffix } = stored ?? {};
  const digests = await pathDigests(pathsOf(params), files), name = (index: number) => names.at(index);
  return await openListedFiles(
    {
      source: metaPath(params, "face_tid_mid"),
      classes: Array.from(ids, String),
      labels: template,
      name,
      images: folder === null ? undefined : { folder, path: (index) => `${folder}/${names.at(index)}` },
      landmarks: (index) => Float64Array.from(landmarks.subarray(10 * index, 10 * index + 10)),
      embeddings: stored
        ? matchEmbeddings(await openEmbeddings(stored.path, files, stored), { length: names.length, name }, {
          source: stored.path,
        })
        : undefined,
      provenance: { reader: "ijb", digest: combinedDigest({ digests, set, members, suffix }) },
    },
    params,
    context,
  );
}
