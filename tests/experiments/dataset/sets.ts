/**
 * Small folders of images on disk, for the tests of the dataset tools.
 *
 * @module
 */
import { encodePng } from "../../../datasets/decoding/encode_png.ts";
import type { DataSet, ImageSet } from "../../../datasets/mod.ts";
import { openReader } from "../../../experiments/data.ts";
import { diskFiles } from "../../../experiments/disk.ts";
import { resolveSection } from "../../../experiments/section.ts";
import { builtins } from "../../../registry/builtins.ts";
import { greyPng } from "../../datasets/helpers.ts";

/** A colour PNG of 4 × 4 pixels of one colour. */
export function colourPng(...[r, g, b]: [number, number, number]): Uint8Array {
  return encodePng({
    width: 4,
    height: 4,
    channels: 3,
    data: Uint8Array.from({ length: 48 }, (_, i) => [r, g, b][i % 3]!),
  });
}

/** Writes files below a folder. */
export async function writeTree(root: string, tree: Record<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of Object.entries(tree)) {
    const place = `${root}/${path}`;
    await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(place, bytes);
  }
}

/** Three classes of two or three images; names do not sort as numbers do. */
export const TREE: Readonly<Record<string, Uint8Array>> = {
  "set/anna/1.png": greyPng(10),
  "set/anna/10.png": greyPng(11),
  "set/bert/1.pgm": new TextEncoder().encode("P5 4 4 255\n" + "abcdefghijklmnop"),
  "set/bert/2.png": greyPng(21),
  "set/carl/x/1.png": greyPng(30),
  "set/carl/x/2.png": greyPng(31),
  "set/carl/x/3.png": greyPng(32),
};

/** Opens a reader on the data folder `root`. */
export async function open(root: string, name: string, params: Record<string, unknown>): Promise<DataSet> {
  const registries = builtins(), section = resolveSection({ kind: "reader", name, params }, registries);
  return await openReader(section, registries, { files: diskFiles(root) });
}

/** Every image file of a set with its class, in order. */
export async function filesOf(set: ImageSet): Promise<[label: number, bytes: Uint8Array][]> {
  const indices = Array.from({ length: set.length }, (_, i) => i);
  return await Promise.all(
    indices.map(async (i) => [set.labels[i]!, (await set.file!(i)).bytes] as [number, Uint8Array]),
  );
}

/** A fresh folder, removed afterwards. */
export async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
