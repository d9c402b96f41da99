/**
 * Integers as differences, and byte strings whose lengths are written so.
 *
 * Specification: https://parquet.apache.org/docs/file-format/data-pages/encodings/ (DELTA_BINARY_PACKED,
 * DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY)
 *
 * @module
 */
import { type Cursor, damage, readVarint, readZigzag64, takeBytes } from "./cursor.ts";

/**
 * Reads `count` integers of 32 or 64 bits: blocks of a smallest difference and, in parts of a width each, what comes on
 * top of it.
 *
 * @throws {SyntaxError} if they are damaged, or there is another number of them.
 */
export function readDeltas(cursor: Cursor, { count, bits }: { count: number; bits: 32 | 64 }): BigInt64Array {
  const { at, source } = cursor, block = readVarint(cursor), parts = readVarint(cursor), found = readVarint(cursor);
  const size = block / parts, out = new BigInt64Array(count);
  if (!(size > 0 && size % 32 === 0) || found !== count) {
    throw damage(source, at, `${found} differences in blocks of ${block} in ${parts}, where ${count} are due`);
  }
  let value = readZigzag64(cursor);
  if (count > 0) out[0] = BigInt.asIntN(bits, value);
  for (let done = 1; done < count;) {
    const least = readZigzag64(cursor), widths = takeBytes(cursor, parts);
    for (let part = 0; part < parts && done < count; part++) {
      const width = widths[part]!;
      if (width > bits) throw damage(source, cursor.at, `a difference of ${width} bits`);
      const packed = takeBytes(cursor, size / 8 * width), end = Math.min(count, done + size);
      for (let i = 0; done < end; i++, done++) {
        value = BigInt.asIntN(bits, value + least + unpackBits(packed, { start: i * width, width }));
        out[done] = value;
      }
    }
  }
  return out;
}

/** The number in bits `start` to `start + width`, lowest first. */
function unpackBits(bytes: Uint8Array, { start, width }: { start: number; width: number }): bigint {
  if (width === 0) return 0n;
  const first = start >> 3, last = (start + width - 1) >> 3;
  let value = 0n;
  for (let i = last; i >= first; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return (value >> BigInt(start & 7)) & ((1n << BigInt(width)) - 1n);
}

function readLengths(cursor: Cursor, count: number): number[] {
  return Array.from(readDeltas(cursor, { count, bits: 32 }), Number);
}

/**
 * Reads `count` byte strings: their lengths, then all of their bytes.
 *
 * @throws {SyntaxError} if they are damaged.
 */
export function readDeltaStrings(cursor: Cursor, count: number): Uint8Array[] {
  return readLengths(cursor, count).map((length) => takeBytes(cursor, length));
}

/**
 * Reads `count` byte strings that each share a number of bytes with the one before. Those that share all are one array;
 * the others come out of `room.left` bytes.
 *
 * @throws {SyntaxError} if they are damaged, or there is too little room.
 */
export function readSharedStrings(
  cursor: Cursor,
  { count, room }: { count: number; room: { left: number } },
): Uint8Array[] {
  const shared = readLengths(cursor, count), own = readDeltaStrings(cursor, count), { source, at } = cursor;
  let previous: Uint8Array = new Uint8Array();
  return own.map((suffix, i) => {
    const prefix = shared[i]!;
    if (!(prefix >= 0 && prefix <= previous.length)) {
      throw damage(source, at, `the end of strings of which one shares ${prefix} bytes of ${previous.length}`);
    }
    if (prefix === 0) return previous = suffix;
    if (prefix === previous.length && suffix.length === 0) return previous;
    room.left -= prefix + suffix.length;
    if (room.left < 0) throw damage(source, at, "the end of strings that are much longer than the file");
    const value = new Uint8Array(prefix + suffix.length);
    value.set(previous.subarray(0, prefix));
    value.set(suffix, prefix);
    return previous = value;
  });
}
