/**
 * The data that lies beside a page, as readers see it.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type ByteRange, type Files, MissingDataError } from "../../datasets/mod.ts";
import type { PackedFile } from "./cells.ts";

/**
 * Access to files of a folder by `fetch`; each is fetched once, held to its digest, and kept in memory.
 *
 * @param base Address of the folder.
 * @param listed The files in it.
 */
export function fetchFiles(base: string, listed: readonly PackedFile[]): Files {
  const byPath = new Map(listed.map((file) => [file.path, file])), held = new Map<string, Promise<Uint8Array>>();
  const locate = (path: string) => `${base}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const below = (folder: string) => {
    const prefix = `${normal(folder)}/`;
    return listed.filter(({ path }) => path.startsWith(prefix)).map(({ path, size, sha256 }) => ({
      path: path.slice(prefix.length),
      size,
      sha256,
    })).sort((a, b) => a.path < b.path ? -1 : 1);
  };
  const find = (path: string): PackedFile => {
    const file = byPath.get(normal(path));
    if (file) return file;
    throw new MissingDataError(`Cannot read "${path}": it does not lie beside this page; use verify with the data`);
  };
  const load = async ({ path, sha256: wanted }: PackedFile): Promise<Uint8Array> => {
    const response = await fetch(locate(path));
    if (!response.ok) throw new MissingDataError(`Cannot read "${path}": ${locate(path)} answered ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer()), found = bytesToHex(sha256(bytes));
    if (found !== wanted) {
      throw new TypeError(`Cannot use "${path}": its SHA-256 is ${found}, the page was made with ${wanted}`);
    }
    return bytes;
  };
  const whole = async (path: string): Promise<Uint8Array> => {
    const file = find(path), loading = held.get(file.path) ?? load(file);
    held.set(file.path, loading);
    return await loading;
  };
  return {
    stat: (path) => Promise.resolve(byPath.has(normal(path)) ? "file" : below(path).length > 0 ? "folder" : undefined),
    list: (folder) => Promise.resolve(below(folder).map(({ path, size }) => ({ path, size }))),
    size: async (path) => await Promise.resolve(find(path).size),
    async read(path: string, range?: ByteRange) {
      const bytes = await whole(path);
      if (!range) return bytes;
      const { start, length } = range;
      if (start + length <= bytes.length) return bytes.slice(start, start + length);
      throw new RangeError(
        `Cannot read bytes ${start} to ${start + length - 1} of ${path}: it ends at ${bytes.length}`,
      );
    },
    async digest(path: string) {
      const file = byPath.get(normal(path));
      if (file) return await Promise.resolve(file.sha256);
      const lines = below(path).map(({ path, sha256 }) => `${sha256}  ${path}\n`);
      return bytesToHex(sha256(utf8ToBytes(lines.join(""))));
    },
    locate,
  };
}

function normal(path: string): string {
  return path.split("/").filter((part) => part !== "" && part !== ".").join("/");
}
