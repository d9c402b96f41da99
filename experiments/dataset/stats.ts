/**
 * The numbers of a data set that papers print: identities, images, images an identity.
 *
 * @module
 */
import type { DataSet } from "../../datasets/mod.ts";
import { imagesOf } from "../data.ts";

/** Least, most, mean and median of some counts. */
export interface Spread {
  /** The smallest. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
  /** Their mean. */
  readonly mean: number;
  /** The middle one, or the mean of the two in the middle. */
  readonly median: number;
}

/** Images of each class. */
export function countClasses({ labels, classes }: { labels: Int32Array; classes: readonly string[] }): Int32Array {
  const counts = new Int32Array(classes.length);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** The spread of counts; all 0 where there are none. */
export function spreadOf(counts: Int32Array): Spread {
  const sorted = counts.slice().sort(), { length } = sorted;
  if (length === 0) return { min: 0, max: 0, mean: 0, median: 0 };
  const sum = sorted.reduce((a, b) => a + b, 0), half = length >> 1;
  const median = length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return { min: sorted[0]!, max: sorted[length - 1]!, mean: sum / length, median };
}

/** What `dataset stats` tells of a set, without reading an image. */
export function statsOf(set: DataSet) {
  const images = imagesOf(set), spread = spreadOf(countClasses(images));
  return {
    ...set.provenance,
    shape: images.shape,
    ...images.shape[0] === 0 ? { pixels: "not read, the set gives names alone" } : {},
    imagesPerClass: spread,
    fewestImagesOfAClass: spread.min,
    mostImagesOfAClass: spread.max,
    ...set.gives === "pairs" ? { ...pairCounts(set.same), folds: set.folds } : {},
    ...set.gives === "templates" ? templateCounts(set) : {},
  };
}

function pairCounts(same: Uint8Array) {
  return { pairs: same.length, samePairs: same.reduce((sum, one) => sum + one, 0) };
}

function templateCounts({ count, entries, subjects, pairs, searches }: DataSet & { gives: "templates" }) {
  const sizes = new Int32Array(count);
  for (const template of entries.template) sizes[template]!++;
  const known = subjects.filter((subject) => subject >= 0);
  return {
    templates: count,
    imagesPerTemplate: spreadOf(sizes),
    subjects: new Set(known).size,
    distractors: count - known.length,
    ...pairs ? { ...pairCounts(pairs.same), folds: pairs.folds } : {},
    ...searches
      ? {
        searches: searches.map(({ name, gallery, probes }) => ({
          name,
          gallery: gallery.length,
          probes: probes.length,
        })),
      }
      : {},
  };
}
