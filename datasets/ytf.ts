/**
 * The reader of YouTube Faces: pairs of videos in folds.
 *
 * @module
 */
import { z } from "zod";
import { combinedDigest } from "./combined_digest.ts";
import { EMBEDDING_FIELDS } from "./embedding_fields.ts";
import { matchEmbeddings } from "./embedding_match.ts";
import type { Files } from "./files.ts";
import { ALIGN_FIELDS, alignPaths, IMAGE_FIELDS, shapeOfListed, SIZE_OR_ALIGN } from "./image_fields.ts";
import { isInnerPath } from "./inner_path.ts";
import { textOf, wrongLine } from "./line_fields.ts";
import { openListedFiles } from "./listed_files.ts";
import { ALIGN_WITH_IMAGES } from "./named_set.ts";
import { pathDigests } from "./path_digests.ts";
import { defineReader, type ReaderContext, type ReaderPlugin, type TemplateSet } from "./reader.ts";
import { openEmbeddings, type StoredEmbeddings } from "./stored_embeddings.ts";
import { eachLine } from "./text_lines.ts";

const params = z.strictObject({
  splits: z.string().min(1).describe("List of the pairs, splits.txt: split, number, name/video, name/video, …, 1 or 0"),
  images: z.string().min(1).nullable().default(null).describe(
    "Folder of the frames, name/video/frame; null where embeddings are stored",
  ),
  embeddings: z.strictObject(EMBEDDING_FIELDS).nullable().default(null).describe(
    "Stored embeddings of the frames, with their names name/video/frame (feature files, or names in an .npz archive)",
  ),
  ...IMAGE_FIELDS,
  ...ALIGN_FIELDS,
}).check(SIZE_OR_ALIGN, ALIGN_WITH_IMAGES);

type Params = z.output<typeof params>;

/**
 * YouTube Faces: a template a video, made of its frames, and pairs of videos to verify, in folds. Frames are those whose
 * path begins with a video of the list, in code-unit order; frames of other videos are left out. Folds are numbered in
 * the order of the splits' numbers; templates and subjects in the order in which they come up.
 *
 * @throws {MissingDataError} (`open`) if the list or the frames are not there.
 * @throws {SyntaxError} (`open`) if a line is damaged, with its number.
 * @throws {RangeError} (`open`) if a video has no frame, or neither images nor embeddings are given.
 */
export const ytf: ReaderPlugin = defineReader({
  name: "ytf",
  version: "1.0.0",
  summary: "YouTube Faces: pairs of videos in folds, a template a video",
  reference: "https://doi.org/10.1109/CVPR.2011.5995566",
  params,
  gives: "templates",
  shape: shapeOfListed,
  storesEmbeddings: ({ embeddings }) => embeddings !== null,
  paths: pathsOf,
  open,
});

function pathsOf({ splits, images, embeddings, align }: Params): string[] {
  return [splits, images, embeddings?.path ?? null, embeddings?.mirrored ?? null, ...alignPaths({ align })]
    .filter((path) => path !== null);
}

async function open(params: Params, context: ReaderContext): Promise<TemplateSet> {
  const { files } = context, { splits, embeddings } = params;
  const { videos, ...pairs } = await readSplits(splits, files);
  const stored = embeddings ? await openEmbeddings(embeddings.path, files, embeddings) : undefined;
  const frames = await listFrames(params, files, stored);
  const places = new Map(videos.map((video, template) => [video, template]));
  const kept = frames.filter((frame) => places.has(videoOf(frame)));
  const template = Int32Array.from(kept, (frame) => places.get(videoOf(frame))!);
  const subjects = numberSubjects(videos);
  checkFrames(splits, videos, template);
  const { members, suffix } = embeddings ?? {}, folder = params.images, name = (index: number) => kept[index]!;
  const digests = await pathDigests(pathsOf(params), files);
  const images = await openListedFiles(
    {
      source: splits,
      classes: [...new Set(videos.map(nameOf))],
      labels: template.map((video) => subjects[video]!),
      name,
      images: folder === null ? undefined : { folder, path: (index) => `${folder}/${kept[index]}` },
      embeddings: stored && matchEmbeddings(stored, { length: kept.length, name }, { source: embeddings!.path }),
      provenance: { reader: "ytf", digest: combinedDigest({ digests, members, suffix }) },
    },
    params,
    context,
  );
  return {
    gives: "templates",
    images,
    entries: {
      image: Int32Array.from({ length: kept.length }, (_, image) => image),
      template,
      medium: new Int32Array(kept.length),
    },
    count: videos.length,
    subjects,
    templateName: (index) => videos[index] ?? `${index}`,
    pairs,
    provenance: images.provenance,
  };
}

/** The video of a frame: the first two parts of its path. */
function videoOf(frame: string): string {
  return frame.split("/", 2).join("/");
}

function nameOf(video: string): string {
  return video.slice(0, video.indexOf("/"));
}

function numberSubjects(videos: readonly string[]): Int32Array {
  const names = [...new Set(videos.map(nameOf))], numbers = new Map(names.map((name, number) => [name, number]));
  return Int32Array.from(videos, (video) => numbers.get(nameOf(video))!);
}

/** The pairs of a list, and the videos that they index. */
async function readSplits(path: string, files: Files) {
  const numbers = new Map<string, number>(), pairs: { split: number; sides: number[]; same: number }[] = [];
  await eachLine(path, files, (bytes) => {
    const line = textOf(bytes);
    if (/^\s*(split|#)/i.test(line)) return;
    const fields = line.split(",").map((field) => field.trim()), same = fields.filter((field) => field !== "").at(-1);
    const sides = fields.slice(2, 4).map((side) => /^([^/]+)\/(\d{1,15})$/.exec(side));
    const split = Number(fields[0]);
    if (fields.length < 5 || !Number.isInteger(split) || sides.includes(null) || !/^[01]$/.test(same ?? "")) {
      throw wrongLine(path, bytes, "split, number, name/video, name/video and 1 (same) or 0, between commas");
    }
    if (sides.some((side) => !isInnerPath(side![1]!))) {
      throw wrongLine(path, bytes, "videos within the folder of the images");
    }
    const templates = sides.map((side) => {
      const video = `${side![1]}/${Number(side![2])}`, known = numbers.get(video);
      if (known === undefined) numbers.set(video, numbers.size);
      return known ?? numbers.size - 1;
    });
    pairs.push({ split, sides: templates, same: Number(same) });
  });
  if (pairs.length === 0) throw new SyntaxError(`Cannot read "${path}": found no pair, one a line is wanted`);
  const splits = [...new Set(pairs.map(({ split }) => split))].sort((a, b) => a - b);
  return {
    videos: [...numbers.keys()],
    first: Int32Array.from(pairs, ({ sides }) => sides[0]!),
    second: Int32Array.from(pairs, ({ sides }) => sides[1]!),
    same: Uint8Array.from(pairs, ({ same }) => same),
    fold: Int32Array.from(pairs, ({ split }) => splits.indexOf(split)),
    folds: splits.length,
  };
}

/** Paths of all frames, from the folder or from what embeddings are named. */
async function listFrames(
  { images, splits, embeddings }: Params,
  files: Files,
  stored: StoredEmbeddings | undefined,
): Promise<readonly string[]> {
  if (images !== null) return (await files.list(images)).map(({ path }) => path);
  if (stored?.names) return [...stored.names].sort();
  throw new RangeError(
    stored
      ? `Cannot tell the frames of "${
        embeddings!.path
      }": its embeddings have no names, store these as member names of an .npz`
      : `Cannot open "${splits}": found neither images nor embeddings, one of them is wanted`,
  );
}

function checkFrames(path: string, videos: readonly string[], template: Int32Array): void {
  const counts = new Uint32Array(videos.length);
  for (const video of template) counts[video]!++;
  const empty = counts.indexOf(0);
  if (empty < 0) return;
  throw new RangeError(`Cannot open "${path}": found no frame of video "${videos[empty]}", at least one is wanted`);
}
