/**
 * Runs of small numbers: definition levels, and indices into a dictionary.
 *
 * Specification: https://parquet.apache.org/docs/file-format/data-pages/encodings/ (RLE/bit-packing hybrid)
 *
 * @module
 */
import { type Cursor, damage, readByte, readVarint, take } from "./cursor.ts";

/** How the numbers are written. */
export interface RunOptions {
  /** How many numbers there are. */
  readonly count: number;
  /** Bits of each: 0 to 32. */
  readonly width: number;
  /** The largest that may be. */
  readonly max: number;
}

/**
 * Reads `count` numbers. A run repeats one number or packs groups of eight; the last group may be longer than what is
 * wanted, no other run may.
 *
 * @throws {SyntaxError} if a run is longer, there are too few, or a number is larger than `max`.
 */
export function readRuns(cursor: Cursor, { count, width, max }: RunOptions): Uint32Array {
  const out = new Uint32Array(count);
  let largest = 0;
  for (let done = 0; done < count;) {
    const { at } = cursor, header = readVarint(cursor), length = Math.floor(header / 2) * (header % 2 === 1 ? 8 : 1);
    const isPacked = header % 2 === 1, left = count - done;
    if (length >= left + (isPacked ? 8 : 1)) {
      throw damage(cursor.source, at, `a run of ${length} values where ${left} are left`);
    }
    if (isPacked) unpack(take(cursor, length / 8 * width), out.subarray(done, done + length), width);
    else out.fill(readRepeated(cursor, width), done, done + length);
    done = Math.min(count, done + length);
  }
  for (let i = 0; i < count; i++) if (out[i]! > largest) largest = out[i]!;
  if (largest <= max) return out;
  throw damage(cursor.source, cursor.at, `the end of runs that hold ${largest}, at most ${max} is due`);
}

function readRepeated(cursor: Cursor, width: number): number {
  let value = 0;
  for (let shift = 0; shift < width; shift += 8) value += readByte(cursor) * 2 ** shift;
  return value > 0xffffffff ? 0xffffffff : value;
}

/** Numbers of `width` bits, lowest bit first; those past the end of `out` are padding. */
function unpack({ source: { bytes }, at }: Cursor, out: Uint32Array, width: number): void {
  const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
  let byte = at, shift = 0;
  for (let i = 0; i < out.length; i++) {
    const low = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16) | (bytes[byte + 3]! << 24);
    // A number may reach into a fifth byte.
    const high = shift === 0 ? 0 : bytes[byte + 4]! << (32 - shift);
    out[i] = ((low >>> shift) | high) & mask;
    shift += width;
    byte += shift >> 3;
    shift &= 7;
  }
}
