import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Cursor } from "../../../datasets/parquet/cursor.ts";
import { readDeltas, readSharedStrings } from "../../../datasets/parquet/delta.ts";
import { readRuns } from "../../../datasets/parquet/runs.ts";

function cursorOf(bytes: readonly number[]): Cursor {
  return { source: { bytes: Uint8Array.from(bytes), start: 10, what: "x" }, at: 0, end: bytes.length };
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
}

/** Bits of numbers, lowest first, as bytes. */
function pack(values: readonly number[], width: number): number[] {
  const bits = values.flatMap((value) => Array.from({ length: width }, (_, i) => Math.floor(value / 2 ** i) % 2));
  return Array.from(
    { length: Math.ceil(bits.length / 8) },
    (_, byte) => bits.slice(8 * byte, 8 * byte + 8).reduce((sum, bit, i) => sum + bit * 2 ** i, 0),
  );
}

Deno.test("readRuns() reads the specification's example and runs of every width", () => {
  // https://parquet.apache.org/docs/file-format/data-pages/encodings/: 0 to 7 in three bits.
  const example = [3, 0b10001000, 0b11000110, 0b11111010];
  assertEquals([...readRuns(cursorOf(example), { count: 8, width: 3, max: 7 })], [0, 1, 2, 3, 4, 5, 6, 7]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 1, max: 20 }), fc.nat(), (width, repeats, seed) => {
      const value = (i: number): number => (seed * 7919 + i * 104729 * 65537) % 2 ** width;
      const packed = Array.from({ length: 16 }, (_, i) => value(i)), last = value(99);
      const repeated = Array.from({ length: Math.ceil(width / 8) }, (_, i) => Math.floor(last / 256 ** i) % 256);
      const bytes = [...varint(2 * repeats), ...repeated, 5, ...pack(packed, width)];
      const all = [...Array(repeats).fill(last), ...packed];
      // Padding may be long (DuckDB), or not be there.
      for (const count of [all.length, all.length - 7, all.length - 15]) {
        assertEquals([...readRuns(cursorOf(bytes), { count, width, max: 2 ** 32 })], all.slice(0, count));
      }
    }),
    { seed: 20261125, numRuns: 300 },
  );
});

Deno.test("readRuns() refuses runs that are too long, too short or too large, and where", () => {
  const wrong = (bytes: number[], message: string) =>
    assertThrows(() => readRuns(cursorOf(bytes), { count: 3, width: 2, max: 2 }), SyntaxError, message);
  wrong(
    [8, 1],
    "Cannot read x: at byte 10 there is a run of 4 values where 3 are left, a whole Parquet file is wanted",
  );
  wrong([2, 1, 8, 0], "at byte 12 there is a run of 4 values where 2 are left");
  wrong([4, 1], "at byte 12 there is nothing where a byte is due");
  wrong([3], "at byte 11 there is a length of 1 bytes where 0 are left");
  wrong([6, 3], "there is the end of runs that hold 3, at most 2 is due");
});

Deno.test("readDeltas() reads the specification's examples and refuses other numbers of values", () => {
  // 1, 2, 3, 4, 5: the first value, and a smallest difference of 1 with parts of no bits.
  const block = [...varint(128), 4, 5, 2], even = [...block, 2, 0, 0, 0, 0];
  assertEquals([...readDeltas(cursorOf(even), { count: 5, bits: 64 })], [1n, 2n, 3n, 4n, 5n]);
  // 7, 5, 3, 1, 2, 3, 4, 5: a smallest difference of −2, and 0, 0, 0, 3, 3, 3, 3 in two bits.
  const uneven = [...varint(128), 4, 8, 14, 3, 2, 0, 0, 0, 0b11000000, 0b00111111, 0, 0, 0, 0, 0, 0];
  assertEquals([...readDeltas(cursorOf(uneven), { count: 8, bits: 32 })], [7n, 5n, 3n, 1n, 2n, 3n, 4n, 5n]);
  const wrong = (bytes: number[], message: string) =>
    assertThrows(() => readDeltas(cursorOf(bytes), { count: 5, bits: 32 }), SyntaxError, message);
  wrong([...varint(128), 4, 6, 2], "at byte 10 there is 6 differences in blocks of 128 in 4, where 5 are due");
  wrong([...varint(128), 0, 5, 2], "5 differences in blocks of 128 in 0");
  wrong([...block, 2, 33, 0, 0, 0], "a difference of 33 bits");
  wrong(block, "nothing where a byte is due");
});

Deno.test("readSharedStrings() gives what is shared, and no more than there is room for", () => {
  // "ab", "abc", "abc", "xy": lengths that are shared, lengths of what follows, and the bytes of that.
  const lengths = (...values: readonly number[]): number[] => {
    const steps = values.slice(1).map((value, i) => value - values[i]! + 8);
    return [
      ...varint(128),
      4,
      values.length,
      2 * values[0]!,
      15,
      4,
      0,
      0,
      0,
      ...pack([...steps, ...Array(32 - steps.length).fill(0)], 4),
    ];
  };
  const bytes = [...lengths(0, 2, 3, 0), ...lengths(2, 1, 0, 2), ...new TextEncoder().encode("abcxy")];
  const read = (left: number): string[] =>
    readSharedStrings(cursorOf(bytes), { count: 4, room: { left } }).map((value) => new TextDecoder().decode(value));
  assertEquals(read(3), ["ab", "abc", "abc", "xy"]);
  assertThrows(() => read(2), SyntaxError, "the end of strings that are much longer than the file");
  bytes[4] = 2;
  assertThrows(() => read(3), SyntaxError, "the end of strings of which one shares 1 bytes of 0");
});
