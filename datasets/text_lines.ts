/**
 * Lines of a text file, read in windows, so that lists of millions of lines need not be held.
 *
 * @module
 */
import type { Files } from "./files.ts";

const WINDOW_BYTES = 2 ** 22, MAX_LINE_BYTES = 2 ** 20, NEWLINE = 10;

/** Some lines that follow one another. */
export interface TextLines {
  /** Number of the first, from 1. */
  readonly first: number;
  /** The lines without their ends, `\n` or `\r\n`. */
  readonly lines: readonly string[];
}

/**
 * Reads a text file of UTF-8 line by line; what follows the last line end is a line unless it is empty.
 *
 * @throws {SyntaxError} if a line is not UTF-8, or longer than 1 MiB.
 */
export async function* readLines(path: string, files: Files): AsyncGenerator<TextLines> {
  const size = await files.size(path);
  let first = 1, rest: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < size; at += WINDOW_BYTES) {
    const window = await files.read(path, { start: at, length: Math.min(WINDOW_BYTES, size - at) });
    const bytes = rest.length === 0 ? window : joined(rest, window);
    const isLast = at + window.length >= size;
    const end = isLast ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    if (rest.length > MAX_LINE_BYTES) throw tooLong(path, first);
    if (end === 0) continue;
    const lines = decode(bytes.subarray(0, end), path, first);
    yield { first, lines };
    first += lines.length;
  }
}

/** The words of a line that spaces or tabs part. */
export function wordsOf(line: string): string[] {
  return line.split(/[ \t]+/).filter((word) => word !== "");
}

function decode(bytes: Uint8Array, path: string, first: number): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true });
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
