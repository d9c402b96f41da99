/**
 * What the data set tests share: files in memory, fixtures, zips, and where real data may lie.
 *
 * @module
 */
import { type Zippable, zipSync } from "fflate";
import { encodePng } from "../../datasets/decoding/encode_png.ts";
import { type Files, type ImageSet, MissingDataError, type PairSet } from "../../datasets/mod.ts";
import { imageFolder, sampledPairs } from "../../datasets/catalogue.ts";

/** Folder of real data, which tests may use where it is there. */
export const DATA: string = Deno.env.get("MARGINLAB_DATA") ?? new URL("../../data", import.meta.url).pathname;

/** Whether real data of this name is there. */
export function hasData(path: string): boolean {
  try {
    return Deno.statSync(`${DATA}/${path}`).isFile;
  } catch {
    return false;
  }
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

export function readFixture<T>(name: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(`../fixtures/${name}`, import.meta.url))) as T;
}

/** Files in memory. */
export function memoryFiles(files: Record<string, Uint8Array>): Files {
  const below = (folder: string): string[] => Object.keys(files).filter((path) => path.startsWith(`${folder}/`)).sort();
  return {
    stat: (path) => Promise.resolve(path in files ? "file" : below(path).length > 0 ? "folder" : undefined),
    list: (folder) =>
      Promise.resolve(
        below(folder).map((path) => ({ path: path.slice(folder.length + 1), size: files[path]!.length })),
      ),
    size: (path) =>
      path in files
        ? Promise.resolve(files[path]!.length)
        : Promise.reject(new MissingDataError(`Cannot look at "${path}"`)),
    read: (path, range) => {
      const bytes = files[path];
      if (!bytes) return Promise.reject(new MissingDataError(`Cannot read "${path}"`));
      const { start, length } = range ?? { start: 0, length: bytes.length };
      if (start + length > bytes.length) return Promise.reject(new RangeError(`Cannot read "${path}" past its end`));
      return Promise.resolve(range ? bytes.slice(start, start + length) : bytes);
    },
    digest: () => Promise.resolve("0".repeat(64)),
    locate: (path) => `/memory/${path}`,
  };
}

/** A grey PNG of one value. */
export function greyPng(value: number, height = 4, width = 4): Uint8Array {
  return encodePng({ width, height, channels: 1, data: new Uint8Array(width * height).fill(value) });
}

/** A zip of two classes of two images, whose bytes are 10, 11, 20 and 21. */
export function smallZip(options: { level: 0 | 6 } = { level: 6 }): Uint8Array {
  const tree: Zippable = {};
  for (const value of [10, 11, 20, 21]) tree[`set/${value < 20 ? "a" : "b"}/${value}.png`] = greyPng(value);
  return zipSync(tree, { ...options, mtime: "2020-01-01" });
}

/** Opens an image folder with parameters as a manifest would give them. */
export async function openFolder(files: Files, params: Record<string, unknown>): Promise<ImageSet> {
  const open = (): Promise<never> => Promise.reject(new Error("image-folder opens no other reader"));
  return await imageFolder.open(imageFolder.params.parse(params), { files, open }) as ImageSet;
}

/** Opens sampled pairs over a given set. */
export async function openPairs(set: ImageSet | PairSet, params: Record<string, unknown>): Promise<PairSet> {
  const context = { files: memoryFiles({}), open: () => Promise.resolve(set) };
  return await sampledPairs.open(sampledPairs.params.parse({ from: {}, ...params }), context) as PairSet;
}

/** A labelled set of 1 × 1 images whose byte is the image's index modulo 256. */
export function labelledSet(sizes: readonly number[]): ImageSet {
  const labels = Int32Array.from(sizes.flatMap((size, label) => Array<number>(size).fill(label)));
  return {
    gives: "images",
    shape: [1, 1, 1],
    length: labels.length,
    classes: sizes.map((_, label) => `class ${label}`),
    labels,
    normalise: { mean: 100, std: 50 },
    name: (index) => `image ${index}`,
    read: (index) => Promise.resolve(Uint8Array.of(index % 256)),
    provenance: {
      reader: "test-set",
      classes: sizes.length,
      images: labels.length,
      digest: "abc",
      license: "MIT",
      citation: null,
      decoder: "none",
      skipped: [],
    },
  };
}
