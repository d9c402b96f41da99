/**
 * The data folder on disk: what readers see as {@link Files}.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { type ByteRange, type FileEntry, type Files, MissingDataError } from "../datasets/files.ts";

/** Settings of {@link diskFiles}. */
export interface DiskOptions {
  /**
   * Refuse paths that lead out of the folder, for plans that others made. Links inside the folder are followed: they
   * are its owner's, who may keep large data elsewhere.
   */
  readonly inside?: boolean;
  /** Absolute paths of files and folders that are taken all the same, with `inside`: what the user named. */
  readonly also?: readonly string[];
}

/**
 * Opens a folder as the data folder. Relative paths resolve against it, absolute ones stand for themselves.
 * Digests are kept in memory while path, size and modification time stay the same.
 *
 * @param root The data folder; it need not exist before something in it is read.
 * @throws {RangeError} from every function, with `inside`, for a path that leads out of the folder.
 */
export function diskFiles(root: string, { inside = false, also = [] }: DiskOptions = {}): Files {
  const digests = new Map<string, string>();
  const locate = (path: string): string => {
    if (!inside || [root, ...also].some((base) => !leadsOut(base, path, root))) return resolve(root, path);
    throw new RangeError(
      `Cannot use "${path}": it leads out of the data folder ${root}, a path inside it is wanted; allow it with ` +
        "--allow-outside if you trust who wrote it",
    );
  };

  async function stat(path: string): Promise<"file" | "folder" | undefined> {
    try {
      const info = await Deno.stat(locate(path));
      return info.isDirectory ? "folder" : "file";
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
      throw failure("look at", path, error);
    }
  }

  async function list(folder: string): Promise<FileEntry[]> {
    const entries: FileEntry[] = [];
    try {
      await walk(locate(folder), "", entries, []);
    } catch (error) {
      throw failure("list", folder, error);
    }
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async function size(path: string): Promise<number> {
    try {
      return (await Deno.stat(locate(path))).size;
    } catch (error) {
      throw failure("look at", path, error);
    }
  }

  async function read(path: string, range?: ByteRange): Promise<Uint8Array> {
    try {
      return await (range ? readPart(locate(path), range) : Deno.readFile(locate(path)));
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw failure("read", path, error);
    }
  }

  /** SHA-256 of a file; streams, so that the file need not fit into memory. */
  async function fileDigest(path: string): Promise<string> {
    try {
      const info = await Deno.stat(locate(path));
      const key = `${locate(path)}|${info.size}|${info.mtime?.getTime()}`;
      const known = digests.get(key);
      if (known !== undefined) return known;
      const hash = createHash("sha256");
      const file = await Deno.open(locate(path));
      for await (const part of file.readable) hash.update(part);
      const digest = hash.digest("hex");
      digests.set(key, digest);
      return digest;
    } catch (error) {
      throw failure("hash", path, error);
    }
  }

  async function digest(path: string): Promise<string> {
    if (await stat(path) !== "folder") return await fileDigest(path);
    const hash = createHash("sha256");
    for (const entry of await list(path)) hash.update(`${await fileDigest(`${path}/${entry.path}`)}  ${entry.path}\n`);
    return hash.digest("hex");
  }

  function failure(action: string, path: string, error: unknown): Error {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return new MissingDataError(
        `Cannot ${action} "${path}": there is nothing at ${locate(path)}, ` +
          `put the data there or name the data folder with --data`,
        { cause: error },
      );
    }
    return new Error(
      `Cannot ${action} "${path}" at ${locate(path)}: ${(error as Error).message}, a readable file or folder is wanted`,
      { cause: error },
    );
  }

  return { stat, list, size, read, digest, locate };
}

/** Whether a path, relative to `from`, lies outside of a folder; by default it is relative to this folder. */
export function leadsOut(folder: string, path: string, from = folder): boolean {
  const base = resolve(folder), place = resolve(from, path);
  return place !== base && !place.startsWith(base.endsWith("/") ? base : `${base}/`);
}

/** Collects the files below a folder, dot files left out; follows links, but not one that leads back to a folder it lies in. */
async function walk(folder: string, prefix: string, entries: FileEntry[], trail: readonly string[]): Promise<void> {
  const real = await Deno.realPath(folder);
  if (trail.includes(real)) throw new Error(`Cannot list the folder: the link at ${folder} leads back to ${real}`);
  for await (const entry of Deno.readDir(folder)) {
    // What systems leave behind (.DS_Store) is no data, and must not change a digest.
    if (entry.name.startsWith(".")) continue;
    const path = `${folder}/${entry.name}`, info = await Deno.stat(path);
    if (info.isDirectory) await walk(path, `${prefix}${entry.name}/`, entries, [...trail, real]);
    else if (info.isFile) entries.push({ path: `${prefix}${entry.name}`, size: info.size });
  }
}

/** Reads part of a file; the file is opened for it, so that nothing stays open. */
async function readPart(path: string, { start, length }: ByteRange): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(length);
  // Moves a number in the kernel and touches no disk: not worth a thread.
  file.seekSync(start, Deno.SeekMode.Start);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) {
      throw new RangeError(`Cannot read bytes ${start} to ${start + length - 1} of ${path}: it ends at ${start + at}`);
    }
    at += read;
  }
  return bytes;
}
