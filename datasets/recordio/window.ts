/**
 * A file seen through a window that moves over it, so that a file of any size is read in large parts.
 *
 * @module
 */
import type { Files } from "../files.ts";

/** A file, read where it is looked at. */
export interface WindowedFile {
  /** Path, for messages. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** Bytes `start … start + length − 1`, which lie in the file; a view that the next call may drop. */
  view(start: number, length: number): Promise<Uint8Array>;
}

/** Bytes that are read at once when a file is gone through: 4 MiB. */
export const SCAN_BYTES: number = 2 ** 22;

/**
 * Opens a file; offsets are numbers up to 2⁵³.
 *
 * @param window Bytes to read at once, from where the view begins.
 * @throws {MissingDataError} if there is no file.
 */
export async function openWindow(path: string, files: Files, window: number = SCAN_BYTES): Promise<WindowedFile> {
  return windowOf(path, files, { size: await files.size(path), window });
}

/** {@link openWindow} where the size is known. */
export function windowOf(
  path: string,
  files: Files,
  { size, window }: { readonly size: number; readonly window: number },
): WindowedFile {
  let from = 0, bytes: Uint8Array = new Uint8Array(0);
  async function view(start: number, length: number): Promise<Uint8Array> {
    if (start < from || start + length > from + bytes.length) {
      bytes = await files.read(path, { start, length: Math.min(size - start, Math.max(length, window)) });
      from = start;
    }
    return bytes.subarray(start - from, start - from + length);
  }
  return { path, size, view };
}
