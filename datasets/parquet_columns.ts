/**
 * Columns of labels and of images in Parquet files.
 *
 * @module
 */
import { createClassIndex } from "./class_index.ts";
import type { ParquetFile } from "./parquet_file.ts";

/** Image files are kept up to this many bytes: 1 GiB. */
const CACHE_BYTES = 2 ** 30;

/**
 * Class of every row. Numbers take the names that the first file's `huggingface` metadata gives the column, where it is a
 * `ClassLabel`.
 *
 * @throws {SyntaxError} if a row has no label, or one that is neither text nor a number with a name.
 */
export async function readParquetLabels(
  parts: readonly ParquetFile[],
  column: string,
): Promise<{ readonly classes: readonly string[]; readonly labels: Int32Array }> {
  const index = createClassIndex(), names = parts[0] && labelNames(parts[0], column);
  for (const file of parts) {
    for (const [group, { start }] of file.groups.entries()) {
      const values = await file.read(column, group);
      for (let i = 0; i < values.length; i++) {
        const value = values[i], isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
        if (!isWhole && (typeof value !== "string" || value === "") || names && isWhole && !names[Number(value)]) {
          const found = value instanceof Uint8Array ? `${value.length} bytes` : value;
          throw new SyntaxError(
            `Cannot read row ${start + i} of "${file.path}": its ${column} is ${found}, ` +
              (names ? `one of 0 to ${names.length - 1} is wanted` : "an integer or text is wanted"),
          );
        }
        index.add(String(value));
      }
    }
  }
  const { classes, labels } = index.finish();
  return { classes: names ? classes.map((name) => names[Number(name)] ?? name) : classes, labels };
}

/** The names of a `ClassLabel`: `{"info": {"features": {"label": {"names": […], "_type": "ClassLabel"}}}}`. */
function labelNames(file: ParquetFile, column: string): string[] | undefined {
  const text = file.metadata("huggingface");
  if (text === undefined) return undefined;
  let names: unknown;
  try {
    names = JSON.parse(text)?.info?.features?.[column]?.names;
  } catch (error) {
    throw new SyntaxError(`Cannot read the metadata "huggingface" of "${file.path}": ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (names === undefined) return undefined;
  const isText = Array.isArray(names) && names.every((name) => typeof name === "string" && name !== "");
  if (isText && new Set(names as string[]).size === (names as string[]).length) return names as string[];
  throw new SyntaxError(
    `Cannot read the metadata "huggingface" of "${file.path}": the names of "${column}" are no list of distinct names`,
  );
}

/** Images by their number over all files. */
export interface GroupCache {
  /** Which file and which row of it an image is. */
  place(index: number): { readonly file: number; readonly row: number };
  /** The image file. */
  read(index: number): Promise<Uint8Array>;
}

/** Reads images a row group at a time, and forgets the row groups that were wanted longest ago when room runs out. */
export function createGroupCache(parts: readonly ParquetFile[], column: string): GroupCache {
  const groups = parts.flatMap(({ groups }, file) => groups.map((group, index) => ({ ...group, file, index })));
  const starts = new Float64Array(groups.length);
  groups.forEach((_, i) => starts[i] = i === 0 ? 0 : starts[i - 1]! + groups[i - 1]!.rows);
  const kept = new Map<number, { readonly images: Promise<Uint8Array[]>; bytes: number }>();
  let total = 0;

  function find(index: number): number {
    let low = 0, high = groups.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  async function unpack(group: number): Promise<Uint8Array[]> {
    const { file, index, start } = groups[group]!, { path, read } = parts[file]!;
    const values = await read(column, index);
    return Array.from(values, (value, i) => {
      if (value instanceof Uint8Array) return value;
      throw new SyntaxError(
        `Cannot read row ${start + i} of "${path}": column "${column}" holds ` +
          `${value === null ? "nothing" : "no bytes"}, image files as bytes are wanted`,
      );
    });
  }

  function open(group: number): Promise<Uint8Array[]> {
    const known = kept.get(group);
    if (known) {
      // Taken out and put in again, it is the youngest.
      kept.delete(group), kept.set(group, known);
      return known.images;
    }
    const entry = { images: unpack(group), bytes: 0 };
    kept.set(group, entry);
    entry.images.then((images) => {
      if (kept.get(group) !== entry) return;
      total += entry.bytes = images.reduce((sum, image) => sum + image.length, 0);
      for (const [oldest, { bytes }] of kept) {
        if (total <= CACHE_BYTES || oldest === group) break;
        kept.delete(oldest), total -= bytes;
      }
    }, () => kept.delete(group));
    return entry.images;
  }

  return {
    place(index) {
      const group = groups[find(index)]!;
      return { file: group.file, row: group.start + index - starts[find(index)]! };
    },
    async read(index) {
      const group = find(index);
      return (await open(group))[index - starts[group]!]!;
    },
  };
}
