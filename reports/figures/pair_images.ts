/**
 * Images of scored pairs, found again in the data: records hold none.
 *
 * @module
 */
import { encodePng, type Files, type ImageSet, MissingDataError, type PairSet } from "../../datasets/mod.ts";
import { createResizer } from "../../datasets/decoding/resize.ts";
import { openReader } from "../../experiments/data.ts";
import type { RunRecord } from "../../experiments/record.ts";
import type { StoredPairs } from "../../experiments/scored_pairs.ts";
import type { Registries } from "../../registry/builtins.ts";
import { MissingFigureData } from "./figure.ts";

/** Where images are found. */
export interface ImageSources {
  /** The data folder. */
  readonly files: Files;
  /** Tables in which the readers of the records are found. */
  readonly registries: Pick<Registries, "reader">;
}

/** An image to be shown. */
export interface ShownImage {
  /** PNG as a data URI, at most {@link SIDE} pixels a side. */
  readonly url: string;
  /** Where it comes from. */
  readonly name: string;
}

/** Longest side of an image, in pixels. */
export const SIDE = 64;

/**
 * Opens the pairs that a run scored, and checks that they are the same.
 *
 * @returns Gives both images of a pair, as the network gets them before normalisation.
 * @throws {MissingFigureData} if the data is not there, is other data, or has no images of pairs.
 */
export async function openPairImages(
  { files, registries }: ImageSources,
  { manifest, data }: Pick<RunRecord, "manifest" | "data">,
  evaluation: string,
  scored: StoredPairs,
): Promise<(pair: number) => Promise<readonly [ShownImage, ShownImage]>> {
  const section = manifest.evaluate.find(({ name }) => name === evaluation)!;
  const lacks = (why: string) => new MissingFigureData(`the images of ${evaluation} cannot be shown: ${why}`);
  const set = await openReader(section.data, registries as Registries, { files }).catch((error) => {
    throw error instanceof MissingDataError ? lacks(error.message) : error;
  });
  if (set.gives !== "pairs" || set.images.shape[0] === 0) throw lacks("its reader gives no images in pairs");
  if (set.provenance.digest !== data.find(({ role }) => role === evaluation)?.digest || !areSame(set, scored)) {
    throw lacks("the data folder holds other data than the runs were evaluated on, name that with --data");
  }
  return async (pair) => [await show(set.images, set.first[pair]!), await show(set.images, set.second[pair]!)];
}

function areSame({ same, fold }: PairSet, scored: StoredPairs): boolean {
  const equal = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);
  return equal(same, scored.same) && equal(fold, scored.fold);
}

async function show(set: ImageSet, index: number): Promise<ShownImage> {
  const [height, width, channels] = set.shape, shrink = Math.min(1, SIDE / Math.max(height, width));
  const bitmap = { height, width, channels: channels === 1 ? 1 as const : 3 as const, data: await set.read(index) };
  const side = (length: number) => Math.max(1, Math.round(length * shrink));
  const small = shrink < 1 ? createResizer(side(height), side(width))(bitmap) : bitmap;
  return { url: `data:image/png;base64,${encodePng(small).toBase64()}`, name: set.name(index) };
}
