/**
 * Bytes that are read in parts, whether they lie in a file as they are or come out of a packed one.
 *
 * @module
 */
import type { ByteRange, Files } from "./files.ts";

/** Something of a known size that is read in parts. */
export interface ByteSource {
  /** Size in bytes. */
  readonly size: number;
  /** Reads a part. */
  read(range: ByteRange): Promise<Uint8Array>;
}

/** The most bytes that a gzip file may unpack to: 2 GiB. */
const MAX_UNPACKED = 2 ** 31;

/** A part of bytes in memory, checked. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: ({ start, length }) =>
      start + length <= bytes.length
        ? Promise.resolve(bytes.subarray(start, start + length))
        : Promise.reject(new RangeError(`Cannot read to byte ${start + length}: there are ${bytes.length}`)),
  };
}

/**
 * Opens a file; one that is packed with gzip (told by its first bytes) is unpacked and held in memory.
 *
 * @throws {SyntaxError} if a packed file is damaged, or unpacks to more than 2 GiB.
 */
export async function openBytes(path: string, files: Files): Promise<ByteSource> {
  const size = await files.size(path), start = await files.read(path, { start: 0, length: Math.min(2, size) });
  if (start[0] !== 0x1f || start[1] !== 0x8b) return { size, read: (range) => files.read(path, range) };
  return memorySource(await gunzip(await files.read(path), path));
}

async function gunzip(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [], stream = new Blob([bytes as BlobPart]).stream();
  let total = 0;
  try {
    for await (const part of stream.pipeThrough(new DecompressionStream("gzip"))) {
      parts.push(part);
      total += part.length;
      if (total > MAX_UNPACKED) break;
    }
  } catch (error) {
    throw new SyntaxError(
      `Cannot unpack "${path}": ${(error as Error).message} after ${total} bytes, a whole gzip file is wanted`,
      { cause: error },
    );
  }
  if (total > MAX_UNPACKED) {
    throw new SyntaxError(
      `Cannot unpack "${path}": more than ${MAX_UNPACKED} bytes come out, unpack the file beforehand`,
    );
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) out.set(part, at), at += part.length;
  return out;
}
