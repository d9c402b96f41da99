/**
 * Values of a page: integers, numbers, text, bytes.
 *
 * Specification: https://parquet.apache.org/docs/file-format/data-pages/encodings/
 *
 * @module
 */
import { type Cursor, damage, readByte, take, takeBytes } from "./cursor.ts";
import { readDeltas, readDeltaStrings, readSharedStrings } from "./delta.ts";
import type { Leaf } from "./footer.ts";
import { readRuns } from "./runs.ts";

/** A value of a column. */
export type Value = number | bigint | string | Uint8Array;

/** What a page's values are. */
export interface ValueOptions {
  /** How many there are. */
  readonly count: number;
  /** Encoding, a number of the specification. */
  readonly encoding: number;
  /** Their column. */
  readonly leaf: Leaf;
  /** The values that indices stand for. */
  readonly dictionary: readonly Value[] | undefined;
  /** Bytes that strings may still come to where they share some in the file. */
  readonly room: { left: number };
}

const INT32 = 1, INT64 = 2, FLOAT = 4, DOUBLE = 5, BYTE_ARRAY = 6;
const PLAIN = 0, PLAIN_DICTIONARY = 2, DELTAS = 5, DELTA_STRINGS = 6, SHARED_STRINGS = 7, RLE_DICTIONARY = 8;

/**
 * Reads the values of a page.
 *
 * @throws {SyntaxError} if they are damaged, or of a type or an encoding that is not read.
 */
export function readValues(cursor: Cursor, options: ValueOptions): Value[] {
  const { count, encoding, leaf, dictionary, room } = options, { type } = leaf, { source, at } = cursor;
  if (count === 0) return [];
  if (encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY) {
    if (!dictionary || dictionary.length === 0) throw damage(source, at, "an index without a dictionary");
    const width = readByte(cursor), max = dictionary.length - 1;
    if (width > 32) throw damage(source, at, `an index of ${width} bits`);
    // Of width 0 all indices are 0, and some writers leave the runs out.
    if (width === 0) return new Array(count).fill(dictionary[0]);
    const indices = readRuns(cursor, { count, width, max }), values = new Array<Value>(count);
    for (let i = 0; i < count; i++) values[i] = dictionary[indices[i]!]!;
    return values;
  }
  if (encoding === PLAIN) return readPlain(cursor, { count, leaf });
  if (encoding === DELTAS && (type === INT32 || type === INT64)) {
    const bits = type === INT32 ? 32 : 64, values = readDeltas(cursor, { count, bits });
    return Array.from(values, (value) => {
      const meant = leaf.meaning === "unsigned" ? BigInt.asUintN(bits, value) : value;
      return bits === 32 ? Number(meant) : meant;
    });
  }
  if (encoding === DELTA_STRINGS && type === BYTE_ARRAY) {
    return asText(readDeltaStrings(cursor, count), { cursor, leaf });
  }
  if (encoding === SHARED_STRINGS && type === BYTE_ARRAY) {
    return asText(readSharedStrings(cursor, { count, room }), { cursor, leaf });
  }
  throw damage(source, at, `encoding ${encoding} for values of type ${type}, which is not read`);
}

/**
 * Reads values that are written one after another.
 *
 * @throws {SyntaxError} as {@link readValues}.
 */
export function readPlain(cursor: Cursor, { count, leaf }: Pick<ValueOptions, "count" | "leaf">): Value[] {
  const { bytes } = cursor.source, isUnsigned = leaf.meaning === "unsigned";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const each = (size: number, read: (at: number) => Value): Value[] => {
    const { at } = take(cursor, count * size);
    return Array.from({ length: count }, (_, i) => read(at + i * size));
  };
  if (leaf.type === INT32) return each(4, (at) => isUnsigned ? view.getUint32(at, true) : view.getInt32(at, true));
  if (leaf.type === INT64) {
    return each(8, (at) => isUnsigned ? view.getBigUint64(at, true) : view.getBigInt64(at, true));
  }
  if (leaf.type === FLOAT) return each(4, (at) => view.getFloat32(at, true));
  if (leaf.type === DOUBLE) return each(8, (at) => view.getFloat64(at, true));
  if (leaf.type !== BYTE_ARRAY) {
    throw damage(cursor.source, cursor.at, `values of type ${leaf.type}, which is not read`);
  }
  // A length alone takes four bytes.
  if (count * 4 > cursor.end - cursor.at) {
    throw damage(cursor.source, cursor.at, `${cursor.end - cursor.at} bytes of ${count} strings`);
  }
  const values = Array.from({ length: count }, () => {
    const { at } = take(cursor, 4);
    return takeBytes(cursor, view.getUint32(at, true));
  });
  return asText(values, { cursor, leaf });
}

function asText(values: Uint8Array[], { cursor, leaf }: { cursor: Cursor; leaf: Leaf }): Value[] {
  if (leaf.meaning !== "text") return values;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return values.map((value) => {
    try {
      return decoder.decode(value);
    } catch {
      throw damage(cursor.source, cursor.at, "the end of text that is not in UTF-8");
    }
  });
}
