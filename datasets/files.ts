/**
 * File access as readers see it; the edge hands in an implementation, so that readers run anywhere.
 *
 * @module
 */

/** One entry of a folder listing. */
export interface FileEntry {
  /** Path relative to the listed folder, with forward slashes. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
}

/** Part of a file, in bytes. */
export interface ByteRange {
  /** First byte. */
  readonly start: number;
  /** How many bytes. */
  readonly length: number;
}

/** Read-only access to the data folder. Paths are those of the manifest, relative to the data folder or absolute. */
export interface Files {
  /** What stands at a path: `file`, `folder`, or `undefined` when there is nothing. */
  stat(path: string): Promise<"file" | "folder" | undefined>;
  /** All files below a folder, recursively, sorted by path in code-unit order. */
  list(folder: string): Promise<FileEntry[]>;
  /** Size of a file in bytes. */
  size(path: string): Promise<number>;
  /**
   * The whole content of a file, or a part of it, for files that are too large to be held.
   *
   * @throws {RangeError} if the part ends past the end of the file.
   */
  read(path: string, range?: ByteRange): Promise<Uint8Array>;
  /** Lower-case hexadecimal SHA-256 of a file, or of a folder's sorted list of paths and contents. */
  digest(path: string): Promise<string>;
  /** The place a person would look for the path, for messages. */
  locate(path: string): string;
}

/** Data that a manifest names and that is not there; the command line exits with status 3. */
export class MissingDataError extends Error {
  /** Tells the class by name, where `instanceof` cannot. */
  override readonly name = "MissingDataError";
}
