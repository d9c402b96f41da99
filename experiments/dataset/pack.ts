/**
 * Writes a data set in another form; the bytes of image files are kept as they are.
 *
 * @module
 */
import {
  type DataSet,
  encodeVerificationBin,
  formatProperty,
  type ImageSet,
  type PairSet,
  writeRecords,
} from "../../datasets/mod.ts";
import { imageSize } from "../../datasets/preparation.ts";
import { imagesOf } from "../data.ts";
import { fileNames } from "./file_names.ts";
import { appendTo, type Replace, writeWholeFile, writeWholeFolder } from "./output.ts";
import { storedImage, storedImages } from "./stored_images.ts";
import { TAR_END, tarMember } from "./tar.ts";

/** Forms that are written. */
export const PACK_FORMATS = ["recordio", "insightface-bin", "webdataset", "folder"] as const;

/** One of {@link PACK_FORMATS}. */
export type PackFormat = typeof PACK_FORMATS[number];

/** Settings of {@link packSet}. */
export interface PackOptions extends Replace {
  /** The form. */
  readonly format: PackFormat;
  /** File or folder to write. */
  readonly out: string;
  /** Told after each image. */
  readonly tell?: (done: number, total: number) => void;
  /** Images of a shard of `webdataset`. */
  readonly shard?: number;
}

/** Images of a shard where nothing else is said. */
const SHARD = 10_000;

/**
 * Writes a set: `recordio` a folder of `train.rec`, `train.idx` and `property`; `insightface-bin` a file of pairs;
 * `webdataset` a folder of shards and `classes.txt`; `folder` a folder a class and, for pairs, `pairs.txt`.
 *
 * @throws {TypeError} if the form cannot hold what the set gives.
 * @throws {RangeError} if something is there already.
 */
export async function packSet(set: DataSet, options: PackOptions): Promise<void> {
  const { format, out } = options, images = imagesOf(set);
  if (images.shape[0] === 0) {
    throw new TypeError(`Cannot pack "${set.provenance.reader}": it gives names alone, say where the images are`);
  }
  if (format === "insightface-bin") return await packBin(pairsOf(set), options);
  if (set.gives !== "images" && format !== "folder") {
    throw new TypeError(
      `Cannot pack ${set.gives} as ${format}: it holds images with labels, use insightface-bin or folder for pairs`,
    );
  }
  if (set.gives === "templates") {
    throw new TypeError(`Cannot pack templates as ${format}: no form holds them, pack the reader of their images`);
  }
  await writeWholeFolder(out, options, async (folder) => {
    if (format === "recordio") await packRecords(images, folder, options);
    else if (format === "webdataset") await packShards(images, folder, options);
    else await packFolder(set, folder, options);
  });
}

function pairsOf(set: DataSet): PairSet {
  if (set.gives === "pairs") return set;
  throw new TypeError(
    `Cannot pack "${set.provenance.reader}" as insightface-bin: it gives ${set.gives}, a reader of pairs is wanted, ` +
      "such as sampled-pairs",
  );
}

async function packRecords(images: ImageSet, folder: string, { tell }: PackOptions): Promise<void> {
  let done = 0;
  const content = async (index: number) => {
    const { bytes } = await storedImage(images, index);
    tell?.(++done, images.length);
    return bytes;
  };
  const size = imageSize((await storedImage(images, 0)).bytes);
  await appendTo(`${folder}/train.rec`, (record) =>
    appendTo(`${folder}/train.idx`, async (index) => {
      for await (const one of writeRecords({ labels: images.labels, content }, { layout: "insightface" })) {
        await record(one.bytes);
        await index(new TextEncoder().encode(one.index));
      }
    }));
  const [height, width] = size ? [size.height, size.width] : images.shape;
  await Deno.writeTextFile(
    `${folder}/property`,
    formatProperty({ classes: images.classes.length, size: [height, width] }),
  );
}

async function packBin({ images, first, second, same, fold }: PairSet, options: PackOptions): Promise<void> {
  // Readers of this form take neighbouring pairs for a fold.
  const pairs = Array.from(same, (_, pair) => pair).sort((a, b) => fold[a]! - fold[b]! || a - b);
  const wanted = pairs.flatMap((pair) => [first[pair]!, second[pair]!]);
  async function* contents(): AsyncGenerator<Uint8Array> {
    let done = 0;
    for await (const { bytes } of storedImages(images, wanted)) {
      yield bytes;
      options.tell?.(++done, wanted.length);
    }
  }
  await writeWholeFile(options.out, options, async (append) => {
    for await (const bytes of encodeVerificationBin(contents(), pairs.map((pair) => same[pair]!))) await append(bytes);
  });
}

async function packShards(images: ImageSet, folder: string, { shard = SHARD, tell }: PackOptions): Promise<void> {
  const count = Math.ceil(images.length / shard);
  for (let i = 0; i < count; i++) {
    const start = i * shard,
      members = Array.from({ length: Math.min(shard, images.length - start) }, (_, k) => start + k);
    await appendTo(`${folder}/shard-${`${i}`.padStart(6, "0")}.tar`, async (append) => {
      for await (const { index, bytes, extension } of storedImages(images, members)) {
        const key = `${index}`.padStart(9, "0");
        await append(tarMember(`${key}.${extension}`, bytes));
        await append(tarMember(`${key}.cls`, new TextEncoder().encode(`${images.labels[index]}`)));
        tell?.(index + 1, images.length);
      }
      await append(TAR_END);
    });
  }
  await Deno.writeTextFile(`${folder}/classes.txt`, images.classes.map((name) => `${name}\n`).join(""));
}

async function packFolder(set: DataSet, folder: string, { tell }: PackOptions): Promise<void> {
  const images = imagesOf(set), nameOf = fileNames(images), made = new Set<string>(), paths: string[] = [];
  for await (const { index, bytes, extension } of storedImages(images, Uint32Array.from(images.labels, (_, i) => i))) {
    const path = `${nameOf(index)}.${extension}`, parent = `${folder}/${path.slice(0, path.lastIndexOf("/"))}`;
    if (!made.has(parent)) await Deno.mkdir(parent, { recursive: true });
    made.add(parent);
    await Deno.writeFile(`${folder}/${path}`, bytes, { createNew: true });
    if (set.gives === "pairs") paths.push(path);
    tell?.(index + 1, images.length);
  }
  if (set.gives !== "pairs") return;
  const { first, second, same, fold } = set;
  const lines = Array.from(same, (one, i) => `${paths[first[i]!]}\t${paths[second[i]!]}\t${one}\t${fold[i]}\n`);
  await Deno.writeTextFile(`${folder}/pairs.txt`, lines.join(""));
}
