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
 * Reads `count` numbers. A run repeats one number, no longer than what is wanted, or packs groups of eight, of which the
 * last run may have more (DuckDB 1.5 fills it up to 256 numbers), or fewer bytes than it has padding.
 *
 * @throws {SyntaxError} if a repeated run is longer, there are too few, or a number is larger than `max`.
 */
export function readRuns(cursor: Cursor, { count, width, max }: RunOptions): Uint32Array {
  const out = new Uint32Array(count);
  let largest = 0;
  for (let done = 0; done < count;) {
    const { at } = cursor, header = readVarint(cursor), left = count - done;
    if (header % 2 === 1) {
      const length = (header - 1) / 2 * 8, wanted = Math.min(length, left);
      const packed = { ...cursor }, bytes = Math.min(length / 8 * width, cursor.end - cursor.at);
      take(cursor, Math.max(bytes, Math.ceil(wanted * width / 8)));
      unpack(packed, out.subarray(done, done + wanted), width);
      done += wanted;
    } else {
      const length = header / 2;
      if (length > left) throw damage(cursor.source, at, `a run of ${length} values where ${left} are left`);
      out.fill(readRepeated(cursor, width), done, done + length);
      done += length;
    }
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
