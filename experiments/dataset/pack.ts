/**
 * Writes a data set in another form; the bytes of image files are kept where these are what the set gives.
 *
 * @module
 */
import { dirname } from "node:path";
import {
  contiguousFolds,
  type DataSet,
  encodeVerificationBin,
  formatProperty,
  type ImageSet,
  type PairSet,
  TAR_END,
  tarMember,
  writeRecords,
} from "../../datasets/mod.ts";
import { imagesOf } from "../data.ts";
import { fileNames } from "./file_names.ts";
import { appendTo, type Replace, writeWholeFile, writeWholeFolder } from "./output.ts";
import { type StoredImage, storedImage, storedImages } from "./stored_images.ts";

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

/** What was written. */
export interface Packed {
  /** Images; one that stands in several pairs counts in each. */
  readonly images: number;
  /** Of these, how many were encoded as PNG because their files are not what the set gives, or there are none. */
  readonly encoded: number;
}

/** Told of each image. */
type Count = (image: StoredImage) => void;

/** Images of a shard where nothing else is said. */
const SHARD = 10_000;

/**
 * Writes a set: `recordio` a folder of `train.rec`, `train.idx` and `property`; `insightface-bin` a file of pairs;
 * `webdataset` a folder of shards and `classes.txt`; `folder` a folder a class and, for pairs, `pairs.txt`. Read plainly,
 * in as many channels, what was written gives the pixels of the set.
 *
 * @throws {TypeError} if the form cannot hold what the set gives.
 * @throws {RangeError} if the form cannot hold the folds of the pairs, or something is there already.
 */
export async function packSet(set: DataSet, options: PackOptions): Promise<Packed> {
  const { format, out } = options, images = imagesOf(set);
  if (images.shape[0] === 0) {
    throw new TypeError(`Cannot pack "${set.provenance.reader}": it gives names alone, say where the images are`);
  }
  let written = 0, encoded = 0;
  const count: Count = ({ kept }) => (written++, encoded += kept ? 0 : 1);
  if (format === "insightface-bin") {
    await packBin(pairsOf(set), options, count);
    return { images: written, encoded };
  }
  if (set.gives !== "images" && format !== "folder") {
    throw new TypeError(
      `Cannot pack ${set.gives} as ${format}: it holds images with labels, use insightface-bin or folder for pairs`,
    );
  }
  if (set.gives === "templates") {
    throw new TypeError(`Cannot pack templates as ${format}: no form holds them, pack the reader of their images`);
  }
  await writeWholeFolder(out, options, async (folder) => {
    if (format === "recordio") await packRecords(images, folder, { ...options, count });
    else if (format === "webdataset") await packShards(images, folder, { ...options, count });
    else await packFolder(set, folder, { ...options, count });
  });
  return { images: written, encoded };
}

function pairsOf(set: DataSet): PairSet {
  if (set.gives === "pairs") return set;
  throw new TypeError(
    `Cannot pack "${set.provenance.reader}" as insightface-bin: it gives ${set.gives}, a reader of pairs is wanted, ` +
      "such as sampled-pairs",
  );
}

type Counted = PackOptions & { readonly count: Count };

async function packRecords(images: ImageSet, folder: string, { tell, count }: Counted): Promise<void> {
  let done = 0;
  const content = async (index: number) => {
    const image = await storedImage(images, index);
    count(image);
    tell?.(++done, images.length);
    return image.bytes;
  };
  await appendTo(`${folder}/train.rec`, (record) =>
    appendTo(`${folder}/train.idx`, async (index) => {
      for await (const one of writeRecords({ labels: images.labels, content }, { layout: "insightface" })) {
        await record(one.bytes);
        await index(new TextEncoder().encode(one.index));
      }
    }));
  const [height, width] = images.shape;
  await Deno.writeTextFile(
    `${folder}/property`,
    formatProperty({ classes: images.classes.length, size: [height, width] }),
  );
}

async function packBin(set: PairSet, options: PackOptions, count: Count): Promise<void> {
  const { images, first, second, same, fold } = set;
  // Readers of this form take neighbouring pairs for a fold.
  const pairs = Array.from(same, (_, pair) => pair).sort((a, b) => fold[a]! - fold[b]! || a - b);
  checkFolds(set, pairs);
  const wanted = pairs.flatMap((pair) => [first[pair]!, second[pair]!]);
  async function* contents(): AsyncGenerator<Uint8Array> {
    let done = 0;
    for await (const image of storedImages(images, wanted)) {
      count(image);
      yield image.bytes;
      options.tell?.(++done, wanted.length);
    }
  }
  await writeWholeFile(options.out, options, async (append) => {
    for await (const bytes of encodeVerificationBin(contents(), pairs.map((pair) => same[pair]!))) await append(bytes);
  });
}

/** A `.bin` names no folds: those that its readers make have to be the set's. */
function checkFolds({ same, fold, folds, provenance }: PairSet, pairs: readonly number[]): void {
  if (folds >= 2 && folds <= same.length) {
    const made = contiguousFolds(same.length, folds);
    if (pairs.every((pair, i) => fold[pair] === made[i])) return;
  }
  const sizes = new Array<number>(folds).fill(0);
  for (const one of fold) sizes[one]!++;
  throw new RangeError(
    `Cannot pack "${provenance.reader}" as insightface-bin: found folds of ${
      list(sizes)
    } pairs, at least two are wanted ` +
      "whose sizes are equal, or one larger in the first ones, since the form holds no folds; use folder, whose " +
      "pairs.txt names them",
  );
}

/** The first ten of some numbers. */
function list(numbers: readonly number[]): string {
  return `${numbers.slice(0, 10).join(", ")}${numbers.length > 10 ? ", …" : ""}`;
}

async function packShards(images: ImageSet, folder: string, { shard = SHARD, tell, count }: Counted): Promise<void> {
  const shards = Math.ceil(images.length / shard);
  for (let i = 0; i < shards; i++) {
    const start = i * shard,
      members = Array.from({ length: Math.min(shard, images.length - start) }, (_, k) => start + k);
    await appendTo(`${folder}/shard-${`${i}`.padStart(6, "0")}.tar`, async (append) => {
      for await (const image of storedImages(images, members)) {
        const { index, bytes, extension } = image;
        count(image);
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

async function packFolder(set: DataSet, folder: string, { tell, count }: Counted): Promise<void> {
  const images = imagesOf(set), nameOf = fileNames(images), made = new Set<string>(), paths: string[] = [];
  for await (const image of storedImages(images, Uint32Array.from(images.labels, (_, i) => i))) {
    const { index, bytes, extension } = image;
    count(image);
    const path = `${nameOf(index)}.${extension}`, parent = dirname(`${folder}/${path}`);
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
