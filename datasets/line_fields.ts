/**
 * Fields of a line that is read as bytes.
 *
 * @module
 */
import type { TextLine } from "./text_lines.ts";

const SPACE = 32, TAB = 9;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

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

/** A line as text. */
export function textOf({ bytes, start, end }: TextLine): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** The fields of a line, between spaces or tabs. */
export function readFields(line: TextLine): string[] {
  return textOf(line).split(/[ \t]+/).filter((field) => field !== "");
}

/** What a list is at fault with, at a line. */
export function wrongLine(path: string, line: TextLine, wanted: string): SyntaxError {
  const text = textOf(line).slice(0, 80);
  return new SyntaxError(`Cannot read "${path}": found "${text}" on line ${line.number}, wanted ${wanted}`);
}
