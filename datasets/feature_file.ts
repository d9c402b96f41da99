/**
 * Feature files of MegaFace: one matrix of OpenCV's, four 32-bit integers and then float32 numbers, little-endian.
 *
 * Source: MegaFace's development kit, and insightface, `recognition/_evaluation_/megaface/remove_noises.py`, which
 * writes `(length, 1, 4, 5)`: rows, columns, bytes a row, and OpenCV's number for float32.
 *
 * @module
 */
import type { Files } from "./files.ts";

const HEADER_BYTES = 16;
/** `CV_32FC1`. */
const FLOAT32 = 5;

/** Embeddings by row, however they are stored. */
export interface Rows {
  /** Number of embeddings. */
  readonly count: number;
  /** Length of each. */
  readonly dimension: number;
  /** Rows `start … start + count − 1`, row-major. */
  rows(start: number, count: number): Promise<ArrayLike<number>>;
}

/**
 * Opens one feature file. A matrix of one column is one embedding; any other has an embedding a row.
 *
 * @throws {SyntaxError} if the header is none, or the file is longer or shorter than it says.
 */
export async function openFeatureFile(path: string, files: Files): Promise<Rows> {
  const size = await files.size(path);
  const wrong = (found: string) =>
    new SyntaxError(
      `Cannot read "${path}": ${found}, a float32 matrix behind 16 bytes (rows, columns, bytes a row, 5) is wanted`,
    );
  if (size < HEADER_BYTES) throw wrong(`it has ${size} bytes`);
  const header = await files.read(path, { start: 0, length: HEADER_BYTES });
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  const [rows, columns, step, type] = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  if (rows < 1 || columns < 1 || type !== FLOAT32 || step !== 4 * columns) {
    throw wrong(`found ${rows}, ${columns}, ${step}, ${type} at byte 0`);
  }
  if (size !== HEADER_BYTES + 4 * rows * columns) throw wrong(`it has ${size} bytes for ${rows} × ${columns} numbers`);
  const [count, dimension] = columns === 1 ? [1, rows] : [rows, columns];
  return {
    count,
    dimension,
    async rows(start, count) {
      const range = { start: HEADER_BYTES + 4 * start * dimension, length: 4 * count * dimension };
      return new Float32Array((await files.read(path, range)).slice().buffer);
    },
  };
}

/** Files that are read at once. */
const AT_ONCE = 32;

/**
 * Opens a folder of feature files of one embedding each.
 *
 * @param path Path of the file of a row.
 * @throws {RangeError} if there are none.
 * @throws {SyntaxError} (also `rows`) if a file is damaged or of another length than the first.
 */
export async function openFeatureFiles(
  { folder, count, path }: { readonly folder: string; readonly count: number; path(row: number): string },
  files: Files,
): Promise<Rows> {
  if (count === 0) throw new RangeError(`Cannot open "${folder}": found no feature files, at least one is wanted`);
  const { dimension } = await openFeatureFile(path(0), files);

  async function row(index: number): Promise<ArrayLike<number>> {
    const file = await openFeatureFile(path(index), files);
    if (file.count === 1 && file.dimension === dimension) return await file.rows(0, 1);
    throw new SyntaxError(
      `Cannot read "${path(index)}": found ${file.count} × ${file.dimension} numbers, ` +
        `1 × ${dimension} are wanted as in "${path(0)}"`,
    );
  }

  return {
    count,
    dimension,
    async rows(start, count) {
      const out = new Float32Array(count * dimension);
      for (let at = 0; at < count; at += AT_ONCE) {
        const part = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => row(start + at + i));
        (await Promise.all(part)).forEach((values, i) => out.set(values, (at + i) * dimension));
      }
      return out;
    },
  };
}
