/**
 * Where the files of an image set lie: a folder, or a zip archive.
 *
 * @module
 */
import { type Files, MissingDataError } from "./files.ts";
import { isZip, openZip } from "./zip.ts";
import { openZipFile } from "./zip_file.ts";

/** Archives up to this size are held: 1 GiB. */
const HELD_BYTES = 2 ** 30;

/** A tree of files, whatever holds it. */
export interface ImageSource {
  /** Paths below the root, sorted in code-unit order. */
  readonly paths: readonly string[];
  /** The content of one of them. */
  read(path: string): Promise<Uint8Array>;
}

/**
 * Opens a folder or a zip archive. An archive of up to 1 GiB is held in memory as it is, packed; of a larger one its
 * directory alone is.
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
  const size = await files.size(path), held = size <= HELD_BYTES;
  const bytes = await (held ? files.read(path) : files.read(path, { start: 0, length: 4 }));
  if (!isZip(bytes)) {
    throw new SyntaxError(
      `Cannot open "${path}": it is a file but no zip archive, a folder or a zip archive is wanted`,
    );
  }
  try {
    const archive = held ? openZip(bytes) : await openZipFile(path, files);
    const entries = new Map(archive.entries.map((entry) => [entry.path, entry]));
    return { paths: [...entries.keys()].sort(), read: async (inner) => await archive.read(entries.get(inner)!) };
  } catch (error) {
    throw new SyntaxError(`Cannot open "${path}": ${(error as Error).message}`, { cause: error });
  }
}
