/**
 * Writes RecordIO files as dmlc-core and insightface do, piece by piece, into whatever takes bytes.
 *
 * @module
 */
import { encodeImageHeader, MAX_EXACT } from "./image_header.ts";
import { formatIndexLine } from "./index_file.ts";
import { FIRST, LAST, MAGIC, MAGIC_BYTES, MAX_PAYLOAD, MIDDLE, WHOLE } from "./record.ts";

/**
 * One record: the payload, cut into parts wherever the magic number stands at a multiple of 4, and zeros at the end.
 *
 * @throws {RangeError} if the payload has 2²⁹ bytes or more.
 */
export function encodeRecord(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD) {
    throw new RangeError(`Cannot write a record of ${payload.length} bytes: at most ${MAX_PAYLOAD} are wanted`);
  }
  const cuts = magicPlaces(payload), rest = payload.length - (cuts.length === 0 ? 0 : cuts.at(-1)! + 4);
  const bytes = new Uint8Array(
    8 + (cuts.length === 0 ? 0 : cuts.at(-1)! + 4) + Math.ceil(rest / 4) * 4 + 4 * cuts.length,
  );
  const view = new DataView(bytes.buffer);
  let at = 0, from = 0;
  const put = (kind: number, to: number): void => {
    view.setUint32(at, MAGIC, true);
    view.setUint32(at + 4, kind * 2 ** 29 + to - from, true);
    bytes.set(payload.subarray(from, to), at + 8);
    at += 8 + to - from;
  };
  for (const cut of cuts) {
    put(from === 0 ? FIRST : MIDDLE, cut);
    from = cut + 4;
  }
  put(cuts.length === 0 ? WHOLE : LAST, payload.length);
  return bytes;
}

/** Multiples of 4 at which the magic number stands. */
function magicPlaces(payload: Uint8Array): number[] {
  const places: number[] = [], [a, b, c, d] = MAGIC_BYTES;
  for (let at = payload.indexOf(a); at >= 0 && at + 4 <= payload.length; at = payload.indexOf(a, at + 1)) {
    if (at % 4 === 0 && payload[at + 1] === b && payload[at + 2] === c && payload[at + 3] === d) places.push(at);
  }
  return places;
}

/** Images to write. */
export interface RecordSource {
  /** Label of each image: 0 … classes − 1. */
  readonly labels: Int32Array;
  /** The image file. */
  content(image: number): Promise<Uint8Array>;
}

/** A record as it goes into the files. */
export interface WrittenRecord {
  /** Its key. */
  readonly key: number;
  /** What is appended to the `.rec` file. */
  readonly bytes: Uint8Array;
  /** What is appended to the `.idx` file. */
  readonly index: string;
}

/**
 * Writes a data set, record by record; nothing but the record at hand is held.
 *
 * @param options.layout `insightface`: a header record, the images by class (in their order within a class) with keys
 *   from 1, an identity record for each class; `im2rec`: the images in their order with keys from 0.
 * @throws {RangeError} if labels are not 0 … n − 1, each with an image, or, with `insightface`, there are more images
 *   and classes than a float32 counts exactly.
 */
export async function* writeRecords(
  { labels, content }: RecordSource,
  { layout }: { readonly layout: "insightface" | "im2rec" },
): AsyncGenerator<WrittenRecord> {
  const starts = classStarts(labels), classes = starts.length - 1, count = labels.length;
  let offset = 0;
  const record = (key: number, label: number | readonly number[], image: Uint8Array): WrittenRecord => {
    const header = encodeImageHeader(label, key), payload = new Uint8Array(header.length + image.length);
    payload.set(header);
    payload.set(image, header.length);
    const bytes = encodeRecord(payload), index = formatIndexLine(key, offset);
    offset += bytes.length;
    return { key, bytes, index };
  };
  if (layout === "im2rec") {
    for (let image = 0; image < count; image++) yield record(image, labels[image]!, await content(image));
    return;
  }
  if (1 + count + classes > MAX_EXACT) {
    throw new RangeError(
      `Cannot write ${count} images of ${classes} classes in the layout of insightface: its ranges are float32, which ` +
        `counts to ${MAX_EXACT} exactly, write layout im2rec or several files`,
    );
  }
  const none = new Uint8Array(0), order = Uint32Array.from(labels, (_, image) => image);
  order.sort((a, b) => labels[a]! - labels[b]! || a - b);
  yield record(0, [1 + count, 1 + count + classes], none);
  for (const [i, image] of order.entries()) yield record(1 + i, labels[image]!, await content(image));
  for (let label = 0; label < classes; label++) {
    yield record(1 + count + label, [1 + starts[label]!, 1 + starts[label + 1]!], none);
  }
}

/** Where each class begins among the images by class, and where the last ends. */
function classStarts(labels: Int32Array): number[] {
  const counts: number[] = [];
  labels.forEach((label, image) => {
    if (label < 0 || label >= labels.length) {
      throw new RangeError(
        `Cannot write image ${image} of label ${label}: labels 0 to ${labels.length - 1} at most are wanted`,
      );
    }
    counts[label] = (counts[label] ?? 0) + 1;
  });
  const starts = [0];
  for (let label = 0; label < counts.length; label++) {
    if (!counts[label]) {
      throw new RangeError(`Cannot write the images: class ${label} has none, at least one is wanted`);
    }
    starts.push(starts.at(-1)! + counts[label]!);
  }
  return starts;
}
