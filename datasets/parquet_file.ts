/**
 * Columns of Parquet files, a row group at a time.
 *
 * What is read is what columns of images and labels are made of: bytes, text and numbers, alone or in structs, in pages
 * of version 1 or 2, written plainly, by dictionary or as differences.
 *
 * Specification: https://parquet.apache.org/docs/file-format/
 *
 * @module
 */
import type { Files } from "./files.ts";
import { readColumn } from "./parquet/column.ts";
import type { Source } from "./parquet/cursor.ts";
import { type Footer, type Leaf, readFooter } from "./parquet/footer.ts";
import type { Value } from "./parquet/values.ts";

/** A run of rows that are read together. */
export interface RowGroup {
  /** Number of its first row in the file. */
  readonly start: number;
  /** How many rows. */
  readonly rows: number;
}

/** An open file, of which the footer alone is held. */
export interface ParquetFile {
  /** Its path, for messages. */
  readonly path: string;
  /** Number of rows. */
  readonly rows: number;
  /** Its row groups, in order. */
  readonly groups: readonly RowGroup[];
  /** Names of its columns. */
  readonly columns: readonly string[];
  /** The text that its footer keeps under a key, such as `huggingface`. */
  metadata(key: string): string | undefined;
  /**
   * The values of a column in a row group, or of the field `bytes` of one that holds records; `null` where there is none.
   * Bytes are parts of what a page unpacks to.
   *
   * @throws {SyntaxError} if the row group is damaged, or the column is of a kind that is not read.
   * @throws {RangeError} if the column unpacks to more than 1 GiB.
   */
  read(column: string, group: number): Promise<readonly (Value | null)[]>;
}

/** The most bytes that a column of a row group may unpack to: 1 GiB. */
const MAX_COLUMN_BYTES = 2 ** 30;
/** Magic number at the start, then at the end after the length of the footer. */
const MAGIC = 0x31524150, HEAD_BYTES = 4, TAIL_BYTES = 8;

/**
 * Opens a file by its footer.
 *
 * @throws {SyntaxError} if there is none, or it is damaged.
 */
export async function openParquet(path: string, files: Files): Promise<ParquetFile> {
  const size = await files.size(path), what = `"${path}"`;
  const footer = await openFooter(path, { files, size }), groups = groupsOf(footer, { size, what });
  return {
    path,
    rows: footer.rows,
    groups,
    columns: [...new Set(footer.leaves.map((leaf) => leaf.path[0]!))],
    metadata: (key) => footer.metadata.get(key),
    async read(column, group) {
      const place = `${what}, row group ${group}, column "${column}"`, index = findLeaf(footer.leaves, column, place);
      const chunk = footer.groups[group]!.chunks[index]!, { rows } = groups[group]!;
      const { start, packed, unpacked, values } = chunk;
      if (!(values === rows && unpacked >= 0 && start >= HEAD_BYTES && packed >= 0 && start + packed <= size)) {
        throw new SyntaxError(
          `Cannot read ${place}: its footer says ${values} values in ${packed} bytes at byte ${start}, ${rows} values ` +
            `within ${size} bytes are wanted`,
        );
      }
      if (unpacked > MAX_COLUMN_BYTES) {
        throw new RangeError(
          `Cannot read ${place}: it unpacks to ${unpacked} bytes, at most ${MAX_COLUMN_BYTES} are wanted; write the ` +
            "file with smaller row groups",
        );
      }
      const bytes = await files.read(path, { start, length: packed });
      return readColumn({ bytes, start, what: place }, { leaf: footer.leaves[index]!, chunk });
    },
  };
}

async function openFooter(path: string, { files, size }: { files: Files; size: number }): Promise<Footer> {
  const what = `"${path}"`,
    wrong = (found: string) => new SyntaxError(`Cannot read ${what}: ${found}, a whole Parquet file is wanted`);
  if (size < HEAD_BYTES + TAIL_BYTES) throw wrong(`it has ${size} bytes`);
  const end = size - TAIL_BYTES, tail = await files.read(path, { start: end, length: TAIL_BYTES });
  const view = new DataView(tail.buffer, tail.byteOffset, TAIL_BYTES), length = view.getUint32(0, true);
  if (view.getUint32(4, true) !== MAGIC) throw wrong(`it does not end with PAR1 at byte ${size - 4}`);
  if (length > end - HEAD_BYTES) throw wrong(`its footer has ${length} bytes at byte ${end}`);
  const start = end - length, bytes = await files.read(path, { start, length });
  const source: Source = { bytes, start, what };
  return readFooter({ source, at: 0, end: length });
}

function groupsOf({ rows, groups }: Footer, { size, what }: { size: number; what: string }): RowGroup[] {
  let start = 0;
  const found = groups.map((group, index) => {
    // An image file takes more than a byte.
    if (!(group.rows >= 0 && start + group.rows <= size)) {
      throw new SyntaxError(
        `Cannot read ${what}, row group ${index}: ${group.rows} rows in ${size} bytes, a whole Parquet file is wanted`,
      );
    }
    start += group.rows;
    return { start: start - group.rows, rows: group.rows };
  });
  if (start === rows) return found;
  throw new SyntaxError(`Cannot read ${what}: its row groups have ${start} rows, its footer says ${rows}`);
}

function findLeaf(leaves: readonly Leaf[], column: string, place: string): number {
  const index = leaves.findIndex(({ path }) =>
    path[0] === column && (path.length === 1 || path.length === 2 && path[1] === "bytes")
  );
  const leaf = leaves[index];
  if (leaf && !leaf.repeated && leaf.meaning !== "other") return index;
  throw new SyntaxError(
    `Cannot read ${place}: it holds lists, dates, or records without "bytes"; bytes, text or numbers are wanted`,
  );
}
