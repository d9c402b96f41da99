/**
 * Where the files of an image set lie: a folder, or a zip archive.
 *
 * @module
 */
import { type Files, MissingDataError } from "./files.ts";
import { isZip, openZip } from "./zip.ts";

/** A tree of files, whatever holds it. */
export interface ImageSource {
  /** Paths below the root, sorted in code-unit order. */
  readonly paths: readonly string[];
  /** The content of one of them. */
  read(path: string): Promise<Uint8Array>;
}

/**
 * Opens a folder or a zip archive. The archive is held in memory as it is, packed.
 *
 * @throws {MissingDataError} if there is nothing at the path.
 * @throws {SyntaxError} if there is a file that is not a zip archive, or a damaged one.
 */
export async function openSource(path: string, files: Files): Promise<ImageSource> {
  const kind = await files.stat(path);
  if (kind === undefined) {
    throw new MissingDataError(
      `Cannot open "${path}": there is nothing at ${files.locate(path)}, ` +
        `put a folder or a zip archive of images there or name the data folder with --data`,
    );
  }
  if (kind === "folder") {
    const paths = (await files.list(path)).map((entry) => entry.path);
    return { paths, read: (inner) => files.read(`${path}/${inner}`) };
  }
  const bytes = await files.read(path);
  if (!isZip(bytes)) {
    throw new SyntaxError(
      `Cannot open "${path}": it is a file but no zip archive, a folder or a zip archive is wanted`,
    );
  }
  try {
    const archive = openZip(bytes);
    const entries = new Map(archive.entries.map((entry) => [entry.path, entry]));
    return { paths: [...entries.keys()].sort(), read: async (inner) => await archive.read(entries.get(inner)!) };
  } catch (error) {
    throw new SyntaxError(`Cannot open "${path}": ${(error as Error).message}`, { cause: error });
  }
}
