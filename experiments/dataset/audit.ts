/**
 * Checks a data set: damage, duplicates, labels, the order of channels, and what it shares with another.
 *
 * @module
 */
import type { DataSet, ImageSet } from "../../datasets/mod.ts";
import { imagesOf } from "../data.ts";
import { type ChannelOrder, watchChannels } from "./channel_order.ts";
import { areNumbers, type ClassFindings, classFindings } from "./classes.ts";
import { eachImage } from "./each_image.ts";
import { fingerprint, groupEqual, pairEqual } from "./fingerprints.ts";

/** Damage, and where it is. */
export interface Damage {
  /** Name of the image, or of the file that was left out. */
  readonly place: string;
  /** What is wrong. */
  readonly reason: string;
}

/** What an audit found. */
export interface Audit {
  /** Number of images that the reader gives. */
  readonly images: number;
  /** Number of classes. */
  readonly classes: number;
  /** Images that cannot be read, and files that the reader left out. */
  readonly damaged: readonly Damage[];
  /** Groups of images with the same pixels; `sameClass` is false where labels contradict one another. */
  readonly duplicates: readonly { readonly images: readonly string[]; readonly sameClass: boolean }[];
  /** The labels. */
  readonly labels: ClassFindings;
  /** The channels, for colour images. */
  readonly channels?: ChannelOrder;
  /** What the set shares with another one. */
  readonly shared?: Shared;
}

/** What two sets have in common. */
export interface Shared {
  /** Names of classes that both have; `null` where names are numbers, which say nothing. */
  readonly identities: readonly string[] | null;
  /** Images with the same content; `null` where there is nothing to compare. */
  readonly images: readonly { readonly here: string; readonly there: string }[] | null;
  /** What content means here: pixels as prepared, or the bytes of image files. */
  readonly by: "pixels" | "files" | null;
  /** Images of the other set that cannot be read, and files that its reader left out. */
  readonly damaged: readonly Damage[];
}

/** Progress of an audit. */
export type Tell = (done: number, total: number) => void;

/** What is kept of the images of a set. */
interface Contents {
  readonly prints: BigUint64Array;
  /** Images that could be read. */
  readonly places: Int32Array;
  readonly damaged: Damage[];
}

/**
 * Goes through every image of a set, and of the set that it is compared with; damage is gathered, never thrown.
 *
 * @throws what readers throw that is no damage, such as data that is not there.
 */
export async function auditSet(
  set: DataSet,
  { against, tell = () => {} }: { against?: DataSet; tell?: Tell } = {},
): Promise<Audit> {
  const images = imagesOf(set), channels = images.shape[2] === 3 ? watchChannels(images.shape) : undefined;
  const seen = await readContents(images, tell, (bytes) => channels?.add(bytes));
  return {
    images: images.length,
    classes: images.classes.length,
    damaged: [...skippedOf(set), ...seen.damaged],
    duplicates: groupEqual(seen.prints, seen.places).map((group) => ({
      images: group.map(images.name),
      sameClass: group.every((image) => images.labels[image] === images.labels[group[0]!]),
    })),
    labels: classFindings(images),
    ...channels ? { channels: channels.result() } : {},
    ...against ? { shared: await compareSets(images, seen, against, tell) } : {},
  };
}

/** What the reader left out. */
function skippedOf({ provenance }: DataSet): Damage[] {
  return provenance.skipped.map(({ path, reason }) => ({ place: path, reason }));
}

async function readContents(images: ImageSet, tell: Tell, look: (bytes: Uint8Array) => void): Promise<Contents> {
  const prints = new BigUint64Array(images.length), places: number[] = [], damaged: Damage[] = [];
  if (images.shape[0] === 0) return { prints, places: new Int32Array(0), damaged };
  for await (const seen of eachImage(images)) {
    if ("damage" in seen) damaged.push({ place: images.name(seen.index), reason: seen.damage.message });
    else {
      prints[seen.index] = fingerprint(seen.bytes);
      places.push(seen.index);
      look(seen.bytes);
    }
    tell(seen.index + 1, images.length);
  }
  return { prints, places: Int32Array.from(places), damaged };
}

async function compareSets(here: ImageSet, pixels: Contents, other: DataSet, tell: Tell): Promise<Shared> {
  const there = imagesOf(other), skipped = skippedOf(other);
  const names = new Set(there.classes), numbers = areNumbers(here.classes) || areNumbers(there.classes);
  const identities = numbers ? null : here.classes.filter((name) => names.has(name));
  const alike = here.shape.join() === there.shape.join() && here.shape[0] > 0;
  const byFiles = !alike && here.file !== undefined && there.file !== undefined;
  if (!alike && !byFiles) return { identities, images: null, by: null, damaged: skipped };
  const mine = alike ? pixels : await readContents(filesOf(here), () => {}, () => {});
  const theirs = await readContents(alike ? there : filesOf(there), tell, () => {});
  return {
    identities,
    images: pairEqual(mine, theirs).map(([a, b]) => ({ here: here.name(a), there: there.name(b) })),
    by: alike ? "pixels" : "files",
    damaged: [...skipped, ...theirs.damaged],
  };
}

/** The set, whose images are the bytes of their files. */
function filesOf(images: ImageSet): ImageSet {
  return { ...images, shape: [1, 1, 1], read: async (index) => (await images.file!(index)).bytes };
}
