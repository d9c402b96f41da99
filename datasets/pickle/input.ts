/**
 * The bytes of a pickle, read from the front; no length is believed past their end.
 *
 * @module
 */

/** A pickle that is being read. */
export interface PickleInput {
  /** Offset of the next byte. */
  readonly at: number;
  /** Number of bytes. */
  readonly length: number;
  /** The next bytes, a view. */
  take(count: number): Uint8Array;
  /** The next bytes as an unsigned number, little-endian; eight of them up to 2⁵³. */
  unsigned(count: 1 | 2 | 4 | 8): number;
  /** The next bytes, at most eight, as a signed number, little-endian. */
  signed(count: number): number | bigint;
  /** The next eight bytes as a number, big-endian. */
  double(): number;
  /** The bytes up to the next line feed, which is passed over; a view. */
  line(): Uint8Array;
  /** An error at the opcode that is at work. */
  fail(found: string): SyntaxError;
  /** Says which opcode is at work, and where it stands. */
  begin(name: string): void;
}

/**
 * Makes an input.
 *
 * @param name What the bytes are, for messages: a path.
 */
export function createInput(bytes: Uint8Array, name: string): PickleInput {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0, opcode = "the start", since = 0;
  const fail = (found: string): SyntaxError =>
    new SyntaxError(`Cannot read "${name}": ${opcode} at byte ${since}: ${found}`);
  const skip = (count: number): number => {
    if (count > bytes.length - at) {
      throw fail(`found ${bytes.length - at} more bytes, ${count} are wanted; the file is cut off or damaged`);
    }
    at += count;
    return at - count;
  };
  return {
    get at() {
      return at;
    },
    length: bytes.length,
    take: (count) => bytes.subarray(skip(count), at),
    unsigned(count) {
      const start = skip(count);
      if (count === 1) return view.getUint8(start);
      if (count === 2) return view.getUint16(start, true);
      if (count === 4) return view.getUint32(start, true);
      return view.getUint32(start, true) + view.getUint32(start + 4, true) * 2 ** 32;
    },
    signed(count) {
      let value = 0n;
      bytes.subarray(skip(count), at).forEach((byte, i) => value |= BigInt(byte) << BigInt(8 * i));
      return exact(BigInt.asIntN(8 * count, value));
    },
    double: () => view.getFloat64(skip(8), false),
    line() {
      const end = bytes.indexOf(10, at);
      if (end < 0) throw fail("found no line feed, a line is wanted; the file is cut off or damaged");
      const line = bytes.subarray(at, end);
      at = end + 1;
      return line;
    },
    fail,
    begin(name) {
      opcode = name, since = Math.max(0, at - 1);
    },
  };
}

/** A whole number as a `number` where that is exact. */
export function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
