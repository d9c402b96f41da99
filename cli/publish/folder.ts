/**
 * Writes a package as a folder, whole or not at all.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { createWhole, syncFolder, writeWhole } from "../../experiments/store/atomic.ts";
import type { CrateFile } from "../../reports/crate/mod.ts";

/** Bytes that are copied at a time. */
const PART = 2 ** 20;

/** A folder that is being filled. */
export class CrateFolder {
  /** Its path. */
  readonly path: string;
  readonly #files = new Map<string, CrateFile>();
  readonly #signal: AbortSignal;

  /**
   * @param path Folder to make.
   * @param signal Ends the work at the next file.
   */
  constructor(path: string, signal: AbortSignal) {
    this.path = path;
    this.#signal = signal;
  }

  /** What was written so far, by path. */
  get files(): CrateFile[] {
    return [...this.#files.values()].sort((a, b) => a.path < b.path ? -1 : 1);
  }

  /**
   * Copies a file, of any size.
   *
   * @throws {RangeError} if the package has a file of this path already.
   */
  async copy(from: string, path: string): Promise<void> {
    const target = await this.#place(path), hash = createHash("sha256"), buffer = new Uint8Array(PART);
    using source = await Deno.open(from);
    using file = await Deno.open(target, { createNew: true, write: true });
    let size = 0;
    for (let read = await source.read(buffer); read !== null; read = await source.read(buffer)) {
      const part = buffer.subarray(0, read);
      hash.update(part);
      await writeWhole(file, part);
      size += read;
    }
    await file.sync();
    this.#files.set(path, { path, size, sha256: hash.digest("hex") });
  }

  /**
   * Writes a text.
   *
   * @throws {RangeError} if the package has a file of this path already.
   */
  async write(path: string, content: string): Promise<void> {
    const bytes = new TextEncoder().encode(content);
    await createWhole(await this.#place(path), bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.#files.set(path, { path, size: bytes.length, sha256 });
  }

  async #place(path: string): Promise<string> {
    this.#signal.throwIfAborted();
    if (this.#files.has(path)) {
      throw new RangeError(`Cannot pack "${path}" twice: the package has a file of this name, rename one of them`);
    }
    const target = `${this.path}/${path}`;
    await Deno.mkdir(dirname(target), { recursive: true });
    return target;
  }

  /** Gives the folder its final name, which must not be taken by anything but an empty folder. */
  async rename(to: string): Promise<void> {
    this.#signal.throwIfAborted();
    await Deno.remove(to).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await Deno.rename(this.path, to);
    await syncFolder(dirname(to));
  }
}
