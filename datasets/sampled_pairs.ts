/**
 * The reader that draws verification pairs from any labelled image set.
 *
 * @module
 */
import { z } from "zod";
import { pluginReference } from "../plugin/mod.ts";
import { createRandom, type Random } from "../tensor/random.ts";
import { combinedDigest } from "./combined_digest.ts";
import { capacity, drawDistinct, type Groups, unrankPair } from "./draw.ts";
import { defineReader, type ImageSet, type PairSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  from: pluginReference({ plugin: "reader", gives: "images" }, "Reader of the labelled images"),
  folds: z.int().min(2).max(1000).default(10).describe("Folds; each class is in one of them"),
  perFold: z.int().min(2).multipleOf(2).default(600).describe(
    "Pairs a fold, an even number: half same, half different",
  ),
  seed: z.int().min(0).default(0).describe("Seed of the drawing; not the run's seed, so that rows share their pairs"),
});

type Params = z.output<typeof params>;

/** Same and different pairs within the classes of one fold; each pair has a number within its group. */
interface Fold {
  /** Images of each class. */
  readonly members: readonly Int32Array[];
  /** Pairs of one class, a group for each class of two images or more. */
  readonly same: Groups;
  /** Pairs of two classes, a group for each two classes. */
  readonly different: Groups;
  samePair(group: number, item: number): [number, number];
  differentPair(group: number, item: number): [number, number];
}

/**
 * Verification pairs in the manner of LFW: the classes are shuffled and dealt out to the folds, so that no class is in
 * two folds. A same pair is two images of a class drawn uniformly among those with two or more; a different pair is one
 * image of each of two classes drawn uniformly. No pair occurs twice.
 *
 * @throws {TypeError} (`open`) if `from` does not give images.
 * @throws {RangeError} (`open`) if a fold has too few classes or pairs; the message gives the most there can be.
 */
export const sampledPairs: ReaderPlugin = defineReader({
  name: "sampled-pairs",
  version: "1.0.0",
  summary: "Class-disjoint folds of same and different pairs, drawn from any labelled set",
  reference: "https://vis-www.cs.umass.edu/lfw/lfw.pdf",
  params,
  gives: "pairs",
  shape: () => undefined,
  paths: () => [],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<PairSet> {
  const { folds, perFold, seed } = params, half = perFold / 2;
  const images = await context.open(params.from);
  if (images.gives !== "images") {
    throw new TypeError(
      `Cannot draw pairs from "${images.provenance.reader}": it gives ${images.gives}, a reader of images is wanted`,
    );
  }
  const random = createRandom(seed, "pairs");
  const parts = splitClasses(images, folds, random);
  checkCapacity(parts, images.provenance.reader, params);

  const total = folds * perFold;
  const first = new Int32Array(total), second = new Int32Array(total), fold = new Int32Array(total);
  const same = new Uint8Array(total);
  let at = 0;
  const add = (index: number, isSame: 0 | 1, pair: [number, number]): void => {
    first[at] = pair[0], second[at] = pair[1], fold[at] = index, same[at] = isSame;
    at++;
  };
  parts.forEach((part, index) => {
    const stream = random.fork(index);
    for (const [group, item] of drawDistinct(part.same, half, stream.fork("same"))) {
      add(index, 1, part.samePair(group, item));
    }
    for (const [group, item] of drawDistinct(part.different, half, stream.fork("different"))) {
      add(index, 0, part.differentPair(group, item));
    }
  });
  const digest = combinedDigest({ digest: images.provenance.digest, folds, perFold, seed });
  return {
    gives: "pairs",
    images,
    first,
    second,
    same,
    fold,
    folds,
    provenance: { ...images.provenance, reader: "sampled-pairs", digest },
  };
}

/** Deals the shuffled classes out to the folds, as evenly as can be. */
function splitClasses(images: ImageSet, folds: number, random: Random): Fold[] {
  const members: number[][] = images.classes.map(() => []);
  images.labels.forEach((label, image) => members[label]!.push(image));
  const parts: Int32Array[][] = Array.from({ length: folds }, () => []);
  random.fork("classes").permutation(members.length).forEach((label, i) => {
    parts[i % folds]!.push(Int32Array.from(members[label]!));
  });
  return parts.map(makeFold);
}

function makeFold(members: readonly Int32Array[]): Fold {
  const several = members.filter((images) => images.length >= 2);
  return {
    members,
    same: { count: several.length, size: (group) => (several[group]!.length * (several[group]!.length - 1)) / 2 },
    different: {
      count: (members.length * (members.length - 1)) / 2,
      size: (group) => {
        const [a, b] = unrankPair(group);
        return members[a]!.length * members[b]!.length;
      },
    },
    samePair: (group, item) => {
      const [i, j] = unrankPair(item);
      return [several[group]![i]!, several[group]![j]!];
    },
    differentPair: (group, item) => {
      const [a, b] = unrankPair(group), width = members[b]!.length;
      return [members[a]![Math.floor(item / width)]!, members[b]![item % width]!];
    },
  };
}

function checkCapacity(parts: readonly Fold[], reader: string, { folds, perFold }: Params): void {
  const classes = parts.reduce((sum, part) => sum + part.members.length, 0);
  const what = `Cannot draw ${folds} folds of ${perFold} pairs from "${reader}"`;
  if (classes < 2 * folds) {
    throw new RangeError(
      `${what}: its ${classes} classes give less than two a fold, set folds to at most ${Math.floor(classes / 2)}`,
    );
  }
  const most = 2 * Math.min(...parts.map((part) => Math.min(capacity(part.same), capacity(part.different))));
  if (perFold <= most) return;
  throw new RangeError(
    most === 0
      ? `${what}: a fold has no class of two images, set folds lower or take a set with more images a class`
      : `${what}: its smallest fold has ${most} distinct ones, half same and half different, set perFold to at most ${most}`,
  );
}
