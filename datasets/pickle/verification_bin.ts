/**
 * What a verification `.bin` of insightface holds: image files and truth values, pickled as `(bins, issame_list)`.
 *
 * @module
 */
import { NumpyArray, unpickle } from "./unpickle.ts";

/** A verification set. */
export interface VerificationBin {
  /** Image files, two for each pair: pair i is images 2i and 2i + 1. Views of the file, wherever it has them in one piece. */
  readonly images: readonly Uint8Array[];
  /** 1 where the pair is of one person, else 0. */
  readonly same: Uint8Array;
}

/**
 * Reads a verification `.bin`. Images may be bytes, strings of Python 2 or NumPy arrays of bytes; truth values may be
 * Python's, NumPy's, or 0 and 1.
 *
 * @param path Its path, for messages.
 * @throws {SyntaxError} if it is damaged or holds something else; the item and its number are said.
 */
export function parseVerificationBin(bytes: Uint8Array, path: string): VerificationBin {
  const value = unpickle(bytes, { name: path });
  if (!Array.isArray(value) || value.length !== 2) {
    throw wrong(path, `item 0: found ${describe(value)}, a tuple of image files and truth values is wanted`);
  }
  const [bins, list] = value as [unknown, unknown];
  if (!Array.isArray(bins)) throw wrong(path, `item 0: found ${describe(bins)}, a list of image files is wanted`);
  const flags = list instanceof NumpyArray ? Array.from(list.data) : list;
  if (!Array.isArray(flags)) throw wrong(path, `item 1: found ${describe(list)}, a list of truth values is wanted`);
  if (bins.length !== 2 * flags.length) {
    throw wrong(path, `item 0: found ${bins.length} images for ${flags.length} pairs, two for each are wanted`);
  }
  return {
    images: bins.map((item, i) => imageOf(item, `image ${i}`, path)),
    same: Uint8Array.from(flags, (flag, i) => flagOf(flag, `pair ${i}`, path)),
  };
}

function wrong(path: string, found: string): SyntaxError {
  return new SyntaxError(`Cannot read "${path}": ${found}`);
}

function imageOf(item: unknown, which: string, path: string): Uint8Array {
  if (item instanceof Uint8Array) return item;
  // OpenCV's older imencode gives a column, n × 1.
  if (item instanceof NumpyArray && item.dtype === "u1") return item.data;
  throw wrong(path, `${which}: found ${describe(item)}, an image file as bytes or as a NumPy array of bytes is wanted`);
}

function flagOf(flag: unknown, which: string, path: string): 0 | 1 {
  if (flag === true || flag === 1) return 1;
  if (flag === false || flag === 0) return 0;
  throw wrong(path, `${which}: found ${describe(flag)}, true or false is wanted`);
}

/** What a value is, without its content. */
function describe(value: unknown): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof NumpyArray) return `a NumPy array of ${value.dtype}`;
  if (typeof value === "string") return "text";
  if (value instanceof Map) return "a dictionary";
  return typeof value === "object" ? "a name" : String(value);
}
