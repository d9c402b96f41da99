/**
 * Unpacks the zip archive of a package that somebody else made: nothing lands outside of its folder, nothing is a link,
 * and no archive unpacks to a multiple of its size that no package has.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import type { ByteSource } from "../../datasets/byte_source.ts";
import type { ZipEntry } from "../../datasets/zip.ts";
import { openZipFile } from "../../datasets/zip_file.ts";
import { diskFiles } from "../disk.ts";
import { writeWhole } from "../store/atomic.ts";

/** The most that is unpacked: files, bytes of a path, and bytes for each byte of the archive beside a first 64 MiB. */
const MOST = { files: 200_000, path: 1000, ratio: 200, spare: 2 ** 26 } as const;
/** Bytes that are copied at a time. */
const PART = 2 ** 22;

/**
 * Unpacks an archive into an empty folder.
 *
 * @returns The folder of the package: the one folder that the archive holds, or the one that was given.
 * @throws {SyntaxError} if it is damaged, or what it holds is no plain file at a plain path; a part may be unpacked then.
 */
export async function unpackZip(file: string, folder: string): Promise<string> {
  const files = diskFiles(dirname(file) || "."), name = basename(file);
  const cannot = `Cannot unpack ${file}`,
    tell = (what: string) => (error: unknown) => {
      throw error instanceof SyntaxError ? new SyntaxError(`${cannot}: ${what}${error.message}`) : error;
    };
  const size = await files.size(name), zip = await openZipFile(name, files).catch(tell(""));
  checkEntries(zip.entries, size, cannot);
  for (const entry of zip.entries) {
    const source = await zip.open(entry).catch(tell(`${JSON.stringify(entry.path)}: `));
    const path = `${folder}/${entry.path}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await copySource(source, path);
  }
  const tops = new Set(zip.entries.map(({ path }) => path.split("/")[0]!)), [top] = tops;
  return tops.size === 1 && zip.entries.every(({ path }) => path.includes("/")) ? `${folder}/${top}` : folder;
}

/** Refuses an archive by its directory alone. */
function checkEntries(entries: readonly ZipEntry[], size: number, cannot: string): void {
  if (entries.length > MOST.files) {
    throw new SyntaxError(`${cannot}: it has ${entries.length} files, at most ${MOST.files} are wanted`);
  }
  const total = entries.reduce((sum, entry) => sum + entry.size, 0), most = size * MOST.ratio + MOST.spare;
  if (total > most) {
    throw new SyntaxError(`${cannot}: its ${size} bytes claim to hold ${total}, at most ${most} are wanted`);
  }
  // Of systems that take upper and lower case for the same.
  const seen = new Map<string, string>(), folders = new Map<string, string>();
  for (const { path, link } of entries) {
    const shown = JSON.stringify(path);
    if (link) throw new SyntaxError(`${cannot}: ${shown} is a link or a device, plain files are wanted`);
    if (!isPlain(path)) throw new SyntaxError(`${cannot}: it holds ${shown}, a path inside the folder is wanted`);
    const key = path.toLowerCase(), other = seen.get(key);
    if (other !== undefined) throw new SyntaxError(`${cannot}: ${shown} and ${JSON.stringify(other)} are one name`);
    seen.set(key, path);
    const parts = key.split("/");
    for (let i = 1; i < parts.length; i++) folders.set(parts.slice(0, i).join("/"), path);
  }
  for (const [key, path] of seen) {
    if (folders.has(key)) {
      throw new SyntaxError(`${cannot}: ${JSON.stringify(path)} is a file and a folder, one of them is wanted`);
    }
  }
}

function isPlain(path: string): boolean {
  const bytes = new TextEncoder().encode(path).length;
  return bytes <= MOST.path && !/\p{Cc}/u.test(path) && !/^[A-Za-z]:/.test(path) && !path.includes("\\") &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.length <= 200);
}

async function copySource(source: ByteSource, path: string): Promise<void> {
  using target = await Deno.open(path, { createNew: true, write: true });
  for (let start = 0; start < source.size; start += PART) {
    await writeWhole(target, await source.read({ start, length: Math.min(PART, source.size - start) }));
  }
}
