/**
 * Zip archives of which parts are read, for those that are too large to be held.
 *
 * @module
 */
import { type ByteSource, memorySource } from "./byte_source.ts";
import type { ByteRange, Files } from "./files.ts";
import { findDirectory, readDirectory, unpackEntry, ZIP_TAIL_BYTES, type ZipEntry } from "./zip.ts";

/** An archive on disk. */
export interface ZipFile {
  /** Its files, without folders, in the order of the directory. */
  readonly entries: readonly ZipEntry[];
  /**
   * Unpacks a file and checks its checksum.
   *
   * @throws {SyntaxError} if the entry is damaged, encrypted, packed by another method, or unpacks to too much.
   */
  read(entry: ZipEntry): Promise<Uint8Array>;
  /**
   * The content of a file: read in parts where it is stored as it is, without a look at its checksum; else unpacked and
   * held.
   *
   * @throws {SyntaxError} if the entry is damaged, encrypted, packed by another method, or unpacks to too much.
   */
  open(entry: ZipEntry): Promise<ByteSource>;
}

/**
 * Opens an archive by its directory alone.
 *
 * @throws {SyntaxError} if its directory is damaged, spans several files, or names a file twice.
 */
export async function openZipFile(path: string, files: Files): Promise<ZipFile> {
  const size = await files.size(path), base = Math.max(0, size - ZIP_TAIL_BYTES);
  const tail = await files.read(path, { start: base, length: size - base });
  const { count, start, end } = findDirectory(new DataView(tail.buffer, tail.byteOffset, tail.byteLength), base);
  const directory = start >= base
    ? tail.subarray(start - base, end - base)
    : await files.read(path, { start, length: end - start });
  const entries = readDirectory(directory, { count, start: 0 });
  const read = (range: ByteRange) => files.read(path, range);

  /** Where an entry lies, its own header included. */
  async function place({ offset, packedSize }: ZipEntry): Promise<{ header: number; length: number }> {
    const outside = () =>
      new SyntaxError(`Cannot unpack the zip entry: there is no entry at byte ${offset}, a whole archive is wanted`);
    if (offset + 30 > start) throw outside();
    const local = await read({ start: offset, length: 30 }), view = new DataView(local.buffer, local.byteOffset, 30);
    const header = 30 + view.getUint16(26, true) + view.getUint16(28, true), length = header + packedSize;
    if (offset + length > start) throw outside();
    return { header, length };
  }

  async function unpack(entry: ZipEntry): Promise<Uint8Array> {
    const { length } = await place(entry);
    return unpackEntry(await read({ start: entry.offset, length }), { ...entry, offset: 0 });
  }

  async function open(entry: ZipEntry): Promise<ByteSource> {
    const { offset, packedSize, method, encrypted } = entry;
    if (method !== 0 || encrypted) return memorySource(await unpack(entry));
    const { header } = await place(entry);
    // An empty entry of the same header: its name and place are checked, its content is not read.
    unpackEntry(await read({ start: offset, length: header }), { ...entry, offset: 0, size: 0, packedSize: 0, crc: 0 });
    if (entry.size !== packedSize) {
      throw new SyntaxError(`Cannot unpack the zip entry: ${packedSize} bytes are stored, ${entry.size} are wanted`);
    }
    return {
      size: packedSize,
      read: (range) =>
        range.start + range.length <= packedSize
          ? read({ start: offset + header + range.start, length: range.length })
          : Promise.reject(
            new RangeError(`Cannot read to byte ${range.start + range.length}: there are ${packedSize}`),
          ),
    };
  }

  return { entries, read: unpack, open };
}
