/**
 * Strings and numbers as the text opcodes of protocol 0 write them.
 *
 * Source: the comments of https://github.com/python/cpython/blob/main/Lib/pickletools.py
 *
 * @module
 */
import { exact, type PickleInput } from "./input.ts";

/** Bytes as characters of the same numbers (Latin-1). */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** UTF-8, strictly. */
export function utf8(bytes: Uint8Array, input: PickleInput): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw input.fail("found bytes that are no UTF-8");
  }
}

const ESCAPES: Readonly<Record<string, number>> = {
  "\\": 92,
  "'": 39,
  '"': 34,
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
};

/** The bytes of a string of Python 2, in quotes and with escapes. */
export function unquote(line: Uint8Array, input: PickleInput): Uint8Array {
  const quote = line[0], last = line.length - 1;
  if (line.length < 2 || (quote !== 39 && quote !== 34) || line[last] !== quote) {
    throw input.fail("found a string without quotes");
  }
  const out = new Uint8Array(line.length - 2);
  let length = 0;
  for (let at = 1; at < last; at++) {
    if (line[at] !== 92) {
      out[length++] = line[at]!;
      continue;
    }
    const [value, taken] = unescape(latin1(line.subarray(at + 1, Math.min(last, at + 4))));
    if (value === undefined) throw input.fail(`found an unknown escape at character ${at} of a string`);
    out[length++] = value;
    at += taken;
  }
  return out.subarray(0, length);
}

function unescape(text: string): [value: number | undefined, taken: number] {
  const octal = /^[0-7]{1,3}/.exec(text), hex = /^x([0-9a-fA-F]{2})/.exec(text);
  if (octal) return [parseInt(octal[0], 8) % 256, octal[0].length];
  return hex ? [parseInt(hex[1]!, 16), 3] : [ESCAPES[text[0] ?? ""], 1];
}

/** Text whose characters beyond Latin-1, and some more, are written as `\uXXXX` or `\UXXXXXXXX`. */
export function unescapeUnicode(line: Uint8Array, input: PickleInput): string {
  return latin1(line).replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const code = parseInt((short ?? long)!, 16);
    if (code > 0x10ffff) throw input.fail(`found the character number ${code}, at most 1114111 is wanted`);
    return String.fromCodePoint(code);
  });
}

/** A decimal whole number; `01` and `00` are the truth values of protocol 0, and `L` ends a long one. */
export function parseInteger(line: Uint8Array, input: PickleInput): number | bigint | boolean {
  const text = latin1(line.subarray(0, 25));
  if (text === "01" || text === "00") return text === "01";
  if (line.length > 24 || !/^[-+]?\d+L?$/.test(text)) {
    throw input.fail(`found ${JSON.stringify(text)}, a whole number of at most 64 bits is wanted`);
  }
  return exact(BigInt(text.replace(/[L+]/g, "")));
}

/** A decimal number. */
export function parseFloating(line: Uint8Array, input: PickleInput): number {
  const text = latin1(line.subarray(0, 40)), value = Number(text);
  if (text === "" || line.length > 40 || Number.isNaN(value)) {
    throw input.fail(`found ${JSON.stringify(text)}, a number is wanted`);
  }
  return value;
}
