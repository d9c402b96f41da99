/**
 * Lines of a text file, read in windows, so that lists of millions of lines need not be held.
 *
 * @module
 */
import type { Files } from "./files.ts";

const WINDOW_BYTES = 2 ** 22, MAX_LINE_BYTES = 2 ** 20, NEWLINE = 10, RETURN = 13;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Some lines that follow one another. */
export interface TextLines {
  /** Number of the first, from 1. */
  readonly first: number;
  /** The lines without their ends, `\n` or `\r\n`. */
  readonly lines: readonly string[];
}

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

/**
 * Hands over every line of a text file that is not empty, in order, as bytes: files of fifteen million lines are read in
 * seconds. Line ends are `\n` or `\r\n`; a byte order mark is passed over.
 *
 * @throws {SyntaxError} if a line is longer than 1 MiB.
 */
export async function eachLine(path: string, files: Files, onLine: (line: TextLine) => void): Promise<void> {
  const line = { bytes: new Uint8Array() as Uint8Array, start: 0, end: 0, number: 0 };
  for await (const bytes of windowsOfLines(path, files, () => line.number + 1)) {
    line.bytes = bytes;
    for (let start = 0; start < bytes.length;) {
      const next = bytes.indexOf(NEWLINE, start), after = next < 0 ? bytes.length : next;
      const end = after > start && bytes[after - 1] === RETURN ? after - 1 : after;
      line.number++;
      if (end - start > MAX_LINE_BYTES) throw tooLong(path, line.number);
      line.start = start, line.end = end;
      if (end > start) onLine(line);
      start = after + 1;
    }
  }
}

/**
 * Reads a text file of UTF-8 line by line; what follows the last line end is a line unless it is empty.
 *
 * @throws {SyntaxError} if a line is not UTF-8, or longer than 1 MiB.
 */
export async function* readLines(path: string, files: Files): AsyncGenerator<TextLines> {
  let first = 1;
  for await (const bytes of windowsOfLines(path, files, () => first)) {
    const lines = decode(bytes, path, first);
    yield { first, lines };
    first += lines.length;
  }
}

/** The words of a line that spaces or tabs part. */
export function wordsOf(line: string): string[] {
  return line.split(/[ \t]+/).filter((word) => word !== "");
}

/**
 * Windows of whole lines; the last one may lack its end.
 *
 * @param next Number of the first line that was not given out yet.
 */
async function* windowsOfLines(path: string, files: Files, next: () => number): AsyncGenerator<Uint8Array> {
  const size = await files.size(path);
  let rest: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < size; at += WINDOW_BYTES) {
    const read = await files.read(path, { start: at, length: Math.min(WINDOW_BYTES, size - at) });
    const window = at === 0 && BYTE_ORDER_MARK.every((byte, i) => read[i] === byte) ? read.subarray(3) : read;
    const bytes = rest.length === 0 ? window : joined(rest, window), isLast = at + WINDOW_BYTES >= size;
    const end = isLast ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.slice(end);
    if (end > 0) yield bytes.subarray(0, end);
    if (rest.length > MAX_LINE_BYTES) throw tooLong(path, next());
  }
}

function decode(bytes: Uint8Array, path: string, first: number): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (error) {
    let line = first;
    for (let at = 0; at < bytes.length; line++) {
      const next = bytes.indexOf(NEWLINE, at), end = next < 0 ? bytes.length : next + 1;
      try {
        decoder.decode(bytes.subarray(at, end));
      } catch {
        throw new SyntaxError(`Cannot read line ${line} of "${path}": it is no UTF-8 text, save the file as UTF-8`, {
          cause: error,
        });
      }
      at = end;
    }
    throw error;
  }
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, i) => {
    if (line.length > MAX_LINE_BYTES) throw tooLong(path, first + i);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  });
}

function tooLong(path: string, line: number): SyntaxError {
  return new SyntaxError(`Cannot read line ${line} of "${path}": it is longer than 1 MiB, a list in text is wanted`);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a), out.set(b, a.length);
  return out;
}
