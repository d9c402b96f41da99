/**
 * Lines of text files that are too long to be held: a window at a time, as bytes.
 *
 * @module
 */
import type { Files } from "./files.ts";

/** Bytes that are read at once. */
const WINDOW = 2 ** 22;
const NEWLINE = 10, RETURN = 13, SPACE = 32, TAB = 9;

/** A line, without its end; the bytes are valid during the call alone. */
export interface TextLine {
  /** Holds the line. */
  readonly bytes: Uint8Array;
  /** First byte of the line. */
  readonly start: number;
  /** Byte after the last. */
  readonly end: number;
  /** Number of the line, from 1. */
  readonly number: number;
}

/** Hands over every line of a file that is not empty, in order; line ends are LF or CRLF. */
export async function eachLine(path: string, files: Files, onLine: (line: TextLine) => void): Promise<void> {
  const size = await files.size(path);
  // One object for all lines: files of fifteen million are read in seconds.
  const line = { bytes: new Uint8Array() as Uint8Array, start: 0, end: 0, number: 0 };
  let rest = new Uint8Array();
  const give = (bytes: Uint8Array, start: number, end: number) => {
    line.number++;
    if (end > start && bytes[end - 1] === RETURN) end--;
    if (end === start) return;
    line.bytes = bytes, line.start = start, line.end = end;
    onLine(line);
  };
  for (let at = 0; at < size; at += WINDOW) {
    const read = await files.read(path, { start: at, length: Math.min(WINDOW, size - at) });
    const bytes = rest.length === 0 ? read : joined(rest, read);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      give(bytes, start, end);
      start = end + 1;
    }
    rest = bytes.slice(start);
  }
  if (rest.length > 0) give(rest, 0, rest.length);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/**
 * Reads the whole numbers of a line that holds nothing else, between spaces or tabs.
 *
 * @param into Receives them.
 * @returns Whether there are just `into.length` numbers from 0 to 2³¹ − 1.
 */
export function readIntegers({ bytes, start, end }: TextLine, into: Int32Array): boolean {
  let at = start, count = 0;
  while (at < end) {
    let byte = bytes[at]!;
    if (byte === SPACE || byte === TAB) {
      at++;
      continue;
    }
    let value = 0;
    do {
      const digit = byte - 48;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
      byte = ++at < end ? bytes[at]! : SPACE;
    } while (byte !== SPACE && byte !== TAB);
    if (count === into.length || value > 0x7fffffff) return false;
    into[count++] = value;
  }
  return count === into.length;
}

/** The fields of a line, between spaces or tabs. */
export function readFields({ bytes, start, end }: TextLine): string[] {
  return new TextDecoder().decode(bytes.subarray(start, end)).split(/[ \t]+/).filter((field) => field !== "");
}

/** A list of 32-bit integers that grows. */
export interface IntegerList {
  /** Adds one. */
  push(value: number): void;
  /** All of them. */
  values(): Int32Array;
}

/** Makes an empty list. */
export function createIntegerList(): IntegerList {
  let held = new Int32Array(1024), length = 0;
  return {
    push(value) {
      if (length === held.length) {
        const larger = new Int32Array(2 * length);
        larger.set(held);
        held = larger;
      }
      held[length++] = value;
    },
    values: () => held.slice(0, length),
  };
}
