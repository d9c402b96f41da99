/**
 * Columns of values beside embeddings: labels and names.
 *
 * @module
 */
import type { Files } from "./files.ts";
import { decodeNpy, decodeNpyText, NPY_HEADER_BYTES, parseNpyHeader } from "./npy.ts";
import { readLines } from "./text_lines.ts";

/** Values of a column of text or numbers. */
export type Column = ArrayLike<number> | readonly string[];

/**
 * Reads a column of a file: lines of text, empty ones too, or an array of numbers or text (`.npy`).
 *
 * @throws {SyntaxError} if it is no array of one axis, or no text of lines.
 */
export async function readColumn(path: string, files: Files): Promise<Column> {
  if (/\.npy$/i.test(path)) return decodeColumn(await files.read(path), `"${path}"`);
  const values: string[] = [];
  for await (const { lines } of readLines(path, files)) for (const line of lines) values.push(line);
  return values;
}

/**
 * The values of a `.npy` file of one axis.
 *
 * @param source What the bytes are, for messages: `"a.npy"`, or `member "x.npy" of "a.npz"`.
 * @throws {SyntaxError} if it has another number of axes, or is damaged.
 */
export function decodeColumn(bytes: Uint8Array, source: string): Column {
  const { descr, shape } = parseNpyHeader(bytes.subarray(0, NPY_HEADER_BYTES), source);
  if (shape.length !== 1) {
    throw new SyntaxError(`Cannot read ${source}: found shape (${shape.join(", ")}), one value an image is wanted`);
  }
  return /[US]\d+$/.test(descr) ? decodeNpyText(bytes, source).data : decodeNpy(bytes, source).data;
}
