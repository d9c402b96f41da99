/**
 * Pages: their headers, and what they hold when it is unpacked.
 *
 * A page is unpacked into the room that its header and the footer agree on; Brotli has a window of up to 16 MiB beside it,
 * and hyparquet-compressors 1.1.2 lets a Brotli stream that was made to do harm come to more.
 *
 * Specification: https://parquet.apache.org/docs/file-format/data-pages/
 *
 * @module
 */
import { compressors, decompressZstd } from "hyparquet-compressors";
import { crc32 } from "../decoding/crc32.ts";
import { inflateExactly } from "../decoding/inflate.ts";
import { type Cursor, damage, type Source, take, takeBytes } from "./cursor.ts";
import { readFields, readFlag, readInteger, readStruct, type Take } from "./thrift.ts";

/** A page as it lies in the file. */
export interface Page {
  /** What it holds; `other` is passed over. */
  readonly kind: "dictionary" | "data" | "data2" | "other";
  /** Number of values, nulls included. */
  readonly values: number;
  /** Number of nulls, where the header says it. */
  readonly nulls: number | undefined;
  /** Encoding of the values, a number of the specification. */
  readonly encoding: number;
  /** Encoding of the definition levels. */
  readonly levelEncoding: number;
  /** Bytes of definition levels in front of what is packed (version 2). */
  readonly levelBytes: number;
  /** Whether the values are packed, if the column is. */
  readonly isPacked: boolean;
  /** Its bytes when it is unpacked. */
  readonly unpacked: number;
  /** Its content. */
  readonly content: Cursor;
}

const KINDS = ["data", "other", "dictionary", "data2"] as const;
const RLE = 3;

/**
 * Reads the header of a page, and checks the checksum where there is one; the cursor moves behind its content.
 *
 * @throws {SyntaxError} if it is damaged.
 */
export function readPage(cursor: Cursor): Page {
  const { source, at } = cursor;
  let kind = -1,
    packed = -1,
    unpacked = -1,
    crc: number | undefined,
    nulls: number | undefined,
    rows: number | undefined;
  let values = -1, encoding = -1, levelEncoding = RLE, levelBytes = 0, repetitionBytes = 0, isPacked = true;
  const integer = (set: (value: number) => void): Take => (type) => set(readInteger(cursor, type));
  const fields = (taken: Readonly<Record<number, Take>>): Take => (type) => readStruct(cursor, type, taken);
  const count = integer((value) => values = value), code = integer((value) => encoding = value);
  readFields(cursor, {
    1: integer((value) => kind = value),
    2: integer((value) => unpacked = value),
    3: integer((value) => packed = value),
    4: integer((value) => crc = value >>> 0),
    5: fields({ 1: count, 2: code, 3: integer((value) => levelEncoding = value) }),
    7: fields({ 1: count, 2: code }),
    8: fields({
      1: count,
      2: integer((value) => nulls = value),
      3: integer((value) => rows = value),
      4: code,
      5: integer((value) => levelBytes = value),
      6: integer((value) => repetitionBytes = value),
      7: (type) => isPacked = readFlag(cursor, type),
    }),
  });
  const name = KINDS[kind];
  if (name === undefined || packed < 0 || unpacked < 0) throw damage(source, at, "no header of a page");
  const content = take(cursor, packed);
  if (crc !== undefined && crc32(source.bytes.subarray(content.at, content.end)) !== crc) {
    throw damage(source, at, "a page that does not match its checksum");
  }
  if (name !== "other" && (values < 0 || encoding < 0)) throw damage(source, at, "a page of no values");
  if ((rows ?? values) !== values || repetitionBytes !== 0) throw damage(source, at, "a page of lists");
  if (!(levelBytes >= 0 && levelBytes <= packed && levelBytes <= unpacked)) {
    throw damage(source, at, `a page of ${packed} bytes with ${levelBytes} bytes of levels`);
  }
  return { kind: name, values, nulls, encoding, levelEncoding, levelBytes, isPacked, unpacked, content };
}

const PLAIN = 0, SNAPPY = 1, GZIP = 2, BROTLI = 4, LZ4 = 5, ZSTD = 6, LZ4_RAW = 7;
const CODECS: Readonly<Record<number, (bytes: Uint8Array, size: number) => Uint8Array>> = {
  [SNAPPY]: compressors.SNAPPY!,
  [GZIP]: (bytes, size) => inflateExactly(bytes, size, "gzip"),
  [BROTLI]: compressors.BROTLI!,
  [LZ4]: compressors.LZ4!,
  [ZSTD]: unpackZstd,
  [LZ4_RAW]: compressors.LZ4_RAW!,
};

/**
 * Given room, fzstd allocates none for the window that a damaged frame claims. Version 0.1.1 compares that room with 1,
 * for which all of it would be written as text, if it were not told otherwise.
 */
function unpackZstd(bytes: Uint8Array, size: number): Uint8Array {
  return decompressZstd(bytes, Object.assign(new Uint8Array(size), { [Symbol.toPrimitive]: () => 0 })).subarray();
}

/**
 * Unpacks the rest of a page's content to `size` bytes.
 *
 * @throws {SyntaxError} if it is damaged, or the compression is not read.
 */
export function unpack(content: Cursor, { codec, size }: { codec: number; size: number }): Cursor {
  const { source, at, end } = content;
  if (codec === PLAIN) {
    if (size !== end - at) throw damage(source, at, `a page of ${end - at} bytes that says ${size}`);
    return content;
  }
  const codecOf = CODECS[codec];
  if (!codecOf) throw damage(source, at, `compression ${codec}, which is not read`);
  if (size === 0) return { source, at: end, end };
  const packed = takeBytes(content, end - at);
  let bytes: Uint8Array;
  try {
    bytes = codecOf(packed, size);
  } catch (error) {
    throw damage(source, at, `a page that cannot be unpacked (${(error as Error).message})`);
  }
  if (bytes.length !== size) throw damage(source, at, `a page that unpacks to ${bytes.length} bytes and says ${size}`);
  const inside: Source = { bytes, start: 0, what: `${source.what}, the page at byte ${source.start + at} unpacked` };
  return { source: inside, at: 0, end: size };
}
