/**
 * Reading of bytes in order, with an error that says where they end or are wrong.
 *
 * @module
 */

/** Bytes with their place in a file. */
export interface Source {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** Offset of the first byte, for messages. */
  readonly start: number;
  /** What they are, for messages: `"a.parquet", row group 0, column "image"`. */
  readonly what: string;
}

/** A place in a source; the functions of this module move it. */
export interface Cursor {
  /** Where the bytes lie. */
  readonly source: Source;
  /** Index of the next byte. */
  at: number;
  /** Index that ends what may be read. */
  readonly end: number;
}

/** The error for what was found at index `at` of a source. */
export function damage({ what, start }: Source, at: number, found: string): SyntaxError {
  return new SyntaxError(
    `Cannot read ${what}: at byte ${start + at} there is ${found}, a whole Parquet file is wanted`,
  );
}

/**
 * The part of a source that holds `length` bytes from the cursor, which moves behind it.
 *
 * @throws {SyntaxError} if there are fewer.
 */
export function take(cursor: Cursor, length: number): Cursor {
  const { source, at, end } = cursor;
  if (!(length >= 0 && length <= end - at)) {
    throw damage(source, at, `a length of ${length} bytes where ${end - at} are left`);
  }
  cursor.at += length;
  return { source, at, end: at + length };
}

/** {@link take} as bytes. */
export function takeBytes(cursor: Cursor, length: number): Uint8Array {
  const { at, end } = take(cursor, length);
  return cursor.source.bytes.subarray(at, end);
}

/**
 * One byte.
 *
 * @throws {SyntaxError} if there is none.
 */
export function readByte(cursor: Cursor): number {
  if (cursor.at >= cursor.end) throw damage(cursor.source, cursor.at, "nothing where a byte is due");
  return cursor.source.bytes[cursor.at++]!;
}

/**
 * An unsigned number of seven bits a byte, lowest first (ULEB128).
 *
 * @throws {SyntaxError} if it has no end or is larger than 2^53 − 1.
 */
export function readVarint(cursor: Cursor): number {
  const start = cursor.at;
  let value = 0, scale = 1;
  for (let count = 0; count < 8; count++, scale *= 128) {
    const byte = readByte(cursor);
    value += (byte & 127) * scale;
    if (byte < 128 && value <= Number.MAX_SAFE_INTEGER) return value;
  }
  throw damage(cursor.source, start, "a number larger than any in a Parquet file");
}

/** A signed number as {@link readVarint}, 0, −1, 1, −2, … in the order of its code. */
export function readZigzag(cursor: Cursor): number {
  const value = readVarint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/**
 * A signed number of 64 bits.
 *
 * @throws {SyntaxError} if it has no end within ten bytes.
 */
export function readZigzag64(cursor: Cursor): bigint {
  const start = cursor.at;
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = readByte(cursor);
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }
  throw damage(cursor.source, start, "a number of more than 64 bits");
}
