/**
 * Records of a RecordIO file by key, with random access.
 *
 * @module
 */
import type { Files } from "../files.ts";
import {
  decodeHeaderStart,
  decodeImageRecord,
  HEAD_BYTES,
  type HeaderStart,
  type ImageHeader,
} from "./image_header.ts";
import { growingNumbers } from "../growing.ts";
import { readIndex, type RecordIndex } from "./index_file.ts";
import { inFileOrder, upTo } from "./places.ts";
import { findRecord, readHead, readPayload } from "./record.ts";
import { scanRecords } from "./scan.ts";
import { openWindow, windowOf } from "./window.ts";

/** Bytes that are read for one record at once; a second read takes the rest of a larger one. */
const RECORD_BYTES = 2 ** 15;

/** An image record. */
export interface ImageRecord {
  /** Where it begins, in bytes. */
  readonly offset: number;
  /** Label and numbers. */
  readonly header: ImageHeader;
  /** What follows the header: an image file, or nothing. */
  readonly content: Uint8Array;
}

/** An open file. Records are addressed by their place, 0 … count − 1, in the order of the index or the file. */
export interface Records extends RecordIndex {
  /** Path of the file. */
  readonly path: string;
  /** How many records there are. */
  readonly count: number;
  /** Where the keys come from: the index, or else the ids in the headers, or else (ids double or huge) the order. */
  readonly keyedBy: "index" | "id" | "position";
  /** Place of the record with a key, or −1. */
  find(key: number): number;
  /**
   * Reads a record.
   *
   * @throws {SyntaxError} if it is damaged.
   */
  read(place: number): Promise<ImageRecord>;
  /**
   * Reads the first bytes of records in the order of the file, in windows of 4 MiB.
   *
   * @param places Which records; all by default.
   * @throws {SyntaxError} if one is damaged.
   */
  headers(places?: ArrayLike<number>): AsyncGenerator<{ readonly place: number; readonly header: HeaderStart }>;
}

/**
 * Opens a RecordIO file. With an index nothing but that is read; without one the file is gone through.
 *
 * @throws {MissingDataError} if there is no file.
 * @throws {SyntaxError} if the index is damaged, or there is none and the file is damaged.
 * @throws {RangeError} if the index names a key twice, or an offset past the end of the file.
 */
export async function openRecords(
  path: string,
  files: Files,
  { index }: { readonly index?: string | undefined } = {},
): Promise<Records> {
  const size = await files.size(path);
  const { keyedBy, keys, offsets } = index === undefined
    ? await rebuildIndex(path, files)
    : { keyedBy: "index" as const, ...await readIndex(index, files) };
  if (index !== undefined) checkOffsets(offsets, size, { path, index });
  const find = createFinder(keys, index ?? path), count = keys.length;
  const located = (place: number, error: unknown): unknown =>
    error instanceof SyntaxError
      ? new SyntaxError(
        `Cannot read record ${keys[place]} of "${path}" at byte ${offsets[place]}: ${error.message}`,
        { cause: error },
      )
      : error;

  async function read(place: number): Promise<ImageRecord> {
    const offset = offsets[place];
    if (offset === undefined) {
      throw new RangeError(`Cannot read record number ${place} of "${path}": it has ${count}, counted from 0`);
    }
    try {
      const file = windowOf(path, files, { size, window: RECORD_BYTES });
      return { offset, ...decodeImageRecord(await readPayload(file, await findRecord(file, offset))) };
    } catch (error) {
      throw located(place, error);
    }
  }

  async function* headers(places?: ArrayLike<number>): ReturnType<Records["headers"]> {
    const file = await openWindow(path, files);
    for (const place of inFileOrder(places ? Uint32Array.from(places) : upTo(count), offsets)) {
      try {
        const span = await findRecord(file, offsets[place]!);
        yield { place, header: decodeHeaderStart(await readHead(file, span, HEAD_BYTES), span.length) };
      } catch (error) {
        throw located(place, error);
      }
    }
  }

  return { path, count, keys, offsets, keyedBy, find, read, headers };
}

/** Finds keys and offsets in the file itself. */
async function rebuildIndex(path: string, files: Files): Promise<RecordIndex & { keyedBy: "id" | "position" }> {
  const ids = growingNumbers(), found = growingNumbers();
  for await (const scanned of scanRecords(path, files)) {
    if ("damage" in scanned) {
      throw new SyntaxError(
        `Cannot open "${path}" without an index: there is no record at byte ${scanned.damage.offset}: ` +
          `${scanned.damage.reason}; repair the file or give its index`,
      );
    }
    found.push(scanned.span.offset);
    ids.push(Number(scanned.header?.id ?? -1));
  }
  const offsets = found.array(), keys = ids.array(), sorted = keys.slice().sort();
  const unique = sorted.every((id, i) => id >= 0 && id <= Number.MAX_SAFE_INTEGER && id !== sorted[i - 1]);
  return unique
    ? { keys, offsets, keyedBy: "id" }
    : { keys: keys.map((_, position) => position), offsets, keyedBy: "position" };
}

function checkOffsets(offsets: Float64Array, size: number, { path, index }: { path: string; index: string }): void {
  const line = offsets.findIndex((offset) => offset + 8 > size);
  if (line < 0) return;
  throw new RangeError(
    `Cannot read "${index}", line ${line + 1}: a record at byte ${
      offsets[line]
    } lies past the end of "${path}", which ` +
      `has ${size} bytes; take the index that was written with it, or name none to have it made anew`,
  );
}

/** Finds the place of a key. Keys that count up from 0 or 1 need no table. */
function createFinder(keys: Float64Array, named: string): (key: number) => number {
  const first = keys[0] ?? 0;
  if (keys.every((key, place) => key === first + place)) {
    return (key) => Number.isInteger(key) && key >= first && key < first + keys.length ? key - first : -1;
  }
  const order = upTo(keys.length).sort((a, b) => keys[a]! - keys[b]!);
  const twice = order.findIndex((place, i) => i > 0 && keys[place] === keys[order[i - 1]!]);
  if (twice >= 0) {
    throw new RangeError(
      `Cannot use "${named}", line ${order[twice]! + 1}: key ${keys[order[twice]!]} stands there a second time, ` +
        "distinct keys are wanted",
    );
  }
  return (key) => {
    let low = 0, high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[order[middle]!]! < key) low = middle + 1;
      else high = middle;
    }
    const place = order[low];
    return place !== undefined && keys[place] === key ? place : -1;
  };
}
