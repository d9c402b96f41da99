/**
 * Columns of Parquet files, a row group at a time, by way of hyparquet.
 *
 * hyparquet 1.31.5 checks no page's checksum and trusts the lengths of runs of levels: a file damaged there can keep it
 * busy for very long, so hold files that came over a network to their published digests.
 *
 * Specification: https://parquet.apache.org/docs/file-format/
 *
 * @module
 */
import { type FileMetaData, parquetMetadataAsync, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { Files } from "./files.ts";

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
   * The values of a column in a row group: numbers, bigints, strings, bytes (`Uint8Array`), or records of these.
   *
   * @throws {SyntaxError} if the row group is damaged.
   * @throws {RangeError} if the column unpacks to more than 1 GiB.
   */
  read(column: string, group: number): Promise<ArrayLike<unknown>>;
}

/** The most bytes that a column of a row group may unpack to: 1 GiB. */
const MAX_COLUMN_BYTES = 2 ** 30;
/** A page header is small, and a row takes a byte or so; no honest file claims more rows than eight for each of its bits. */
const MAX_ROWS_PER_BYTE = 64;

/**
 * Opens a file by its footer.
 *
 * @throws {SyntaxError} if there is none, or it is damaged.
 */
export async function openParquet(path: string, files: Files): Promise<ParquetFile> {
  const size = await files.size(path), what = `Cannot read "${path}"`;
  if (size < 12) throw new SyntaxError(`${what}: it has ${size} bytes, a Parquet file is wanted`);
  const failures = new WeakSet<object>();
  const file = {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      if (!(start >= 0 && start <= end && end <= size)) {
        throw new RangeError(`Cannot read bytes ${start} to ${end}: the file has ${size}`);
      }
      try {
        const bytes = await files.read(path, { start, length: end - start });
        return (bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice()).buffer as ArrayBuffer;
      } catch (error) {
        failures.add(error as Error);
        throw error;
      }
    },
  };
  /** Whatever hyparquet throws is damage, unless reading the file failed. */
  const guard = async <T>(where: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (failures.has(error as Error)) throw error;
      throw new SyntaxError(`${what}${where}: ${(error as Error).message}, a whole Parquet file is wanted`, {
        cause: error,
      });
    }
  };
  const metadata = await guard("", () => parquetMetadataAsync(file, { geoparquet: false }));
  const groups = groupsOf(metadata, size, what);
  const columns = metadata.row_groups.length === 0
    ? []
    : [...new Set(metadata.row_groups[0]!.columns.map((chunk) => chunk.meta_data?.path_in_schema[0] ?? ""))];
  return {
    path,
    rows: groups.reduce((sum, group) => sum + group.rows, 0),
    groups,
    columns,
    metadata: (key) => metadata.key_value_metadata?.find((pair) => pair.key === key)?.value,
    async read(column, index) {
      const { start, rows } = groups[index]!;
      checkColumn(metadata, { column, index, what, size });
      return await guard(`, row group ${index}`, async () => {
        let data: ArrayLike<unknown> | undefined;
        await parquetRead({
          file,
          metadata,
          columns: [column],
          rowStart: start,
          rowEnd: start + rows,
          compressors,
          utf8: false,
          geoparquet: false,
          onChunk: (chunk) => data = chunk.columnData,
        });
        if (data?.length !== rows) {
          throw new SyntaxError(`Cannot read column "${column}": found ${data?.length ?? 0} values for ${rows} rows`);
        }
        return data;
      });
    },
  };
}

function groupsOf(metadata: FileMetaData, size: number, what: string): RowGroup[] {
  let start = 0;
  const groups = metadata.row_groups.map((group) => {
    const rows = Number(group.num_rows);
    if (!(Number.isSafeInteger(rows) && rows >= 0 && rows <= size * MAX_ROWS_PER_BYTE)) {
      throw new SyntaxError(`${what}: a row group of ${group.num_rows} rows in ${size} bytes, a whole file is wanted`);
    }
    start += rows;
    return { start: start - rows, rows };
  });
  if (start === Number(metadata.num_rows)) return groups;
  throw new SyntaxError(`${what}: its row groups have ${start} rows, its footer says ${metadata.num_rows}`);
}

/** Holds what the footer says of a column to the file, before anything is unpacked. */
function checkColumn(
  metadata: FileMetaData,
  { column, index, what, size }: { column: string; index: number; what: string; size: number },
): void {
  for (const { meta_data: chunk } of metadata.row_groups[index]!.columns) {
    if (chunk?.path_in_schema[0] !== column) continue;
    const packed = Number(chunk.total_compressed_size), unpacked = Number(chunk.total_uncompressed_size);
    if (!(packed >= 0 && packed <= size && unpacked >= 0 && Number(chunk.num_values) <= size * MAX_ROWS_PER_BYTE)) {
      throw new SyntaxError(`${what}, row group ${index}: its footer says what cannot be of column "${column}"`);
    }
    if (unpacked > MAX_COLUMN_BYTES) {
      throw new RangeError(
        `${what}, row group ${index}: column "${column}" unpacks to ${unpacked} bytes, at most ${MAX_COLUMN_BYTES} are ` +
          "wanted; write the file with smaller row groups",
      );
    }
  }
}
