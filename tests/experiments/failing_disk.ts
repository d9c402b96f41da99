/**
 * A disk on which the power fails: `Deno`'s functions that change files are wrapped from outside, and the k-th of them is
 * the last.
 *
 * @module
 */

/** How the power fails. */
export interface Failure {
  /** Folder whose files are watched; paths outside are left alone. */
  readonly root: string;
  /** Which operation is the last, from 1; it is done by half where it writes, else not at all. */
  readonly at: number;
  /**
   * Whether what was not synced is lost: the ends of files at an arbitrary byte, and the newest names in a folder, in the
   * order of a journal.
   */
  readonly lose?: boolean;
  /** Called when the power has failed and the disk is as it will be found; without it the operation never returns. */
  readonly dead?: () => void;
}

/** A watched disk. */
export interface FailingDisk extends Disposable {
  /** Operations so far, each by its name and path. */
  readonly operations: readonly string[];
  /** Settles when the power has failed. */
  readonly failed: Promise<void>;
}

/** A name that a folder does not hold for sure yet. */
interface Pending {
  readonly folder: string;
  undo(): void;
}

/** What is not on the disk for sure. */
class Unsynced {
  /** Bytes of files that are there for sure; a file that is not in it is whole. */
  readonly #durable = new Map<string, number>();
  #names: Pending[] = [];
  readonly #trash = Deno.makeTempDirSync();
  #removed = 0;

  written(path: string, from: number): void {
    if (!this.#durable.has(path)) this.#durable.set(path, from);
  }

  synced(path: string): void {
    this.#durable.delete(path);
    this.#names = this.#names.filter(({ folder }) => folder !== path);
  }

  rename(from: string, to: string): void {
    const replaced = sizeOf(to) === undefined ? undefined : this.#putAway(to);
    original.renameSync(from, to);
    const durable = this.#durable.get(from);
    this.#durable.delete(to), this.#durable.delete(from);
    if (durable !== undefined) this.#durable.set(to, durable);
    const undo = () => {
      original.renameSync(to, from);
      const size = this.#durable.get(to);
      if (size !== undefined) this.#durable.set(from, size), this.#durable.delete(to);
      if (replaced) original.renameSync(replaced, to);
    };
    this.#names.push({ folder: folderOf(to), undo });
  }

  remove(path: string): void {
    original.statSync(path);
    const away = this.#putAway(path);
    this.#names.push({ folder: folderOf(path), undo: () => original.renameSync(away, path) });
  }

  /** Takes away what need not be there. */
  lose(random: () => number): void {
    const names = this.#names, kept = Math.floor(random() * (names.length + 1));
    names.slice(kept).reverse().forEach(({ undo }) => undo());
    for (const [path, durable] of this.#durable) {
      const size = sizeOf(path);
      if (size !== undefined) original.truncateSync(path, durable + Math.floor(random() * (size - durable + 1)));
    }
  }

  clear(): void {
    original.removeSync(this.#trash, { recursive: true });
  }

  #putAway(path: string): string {
    const away = `${this.#trash}/${this.#removed++}`;
    original.renameSync(path, away);
    return away;
  }
}

const original = { ...Deno };

/** Watches `Deno`'s functions until it is disposed, or the power fails. */
export function failingDisk({ root, at, lose = false, dead }: Failure): FailingDisk {
  const operations: string[] = [], unsynced = new Unsynced(), open = new Set<Deno.FsFile>();
  const patched = Deno as unknown as Record<string, unknown>, before = new Map<string, unknown>();
  let tell = () => {}, off = false;
  const failed = new Promise<void>((resolve) => tell = resolve);
  const restore = () => before.forEach((value, name) => patched[name] = value);
  /** Counts an operation; at the last one `half` is done, and then nothing any more. */
  const operation = async (name: string, path: string, half: () => void = () => {}): Promise<void> => {
    if (!off) operations.push(`${name} ${path.slice(root.length + 1)}`);
    if (!off && operations.length === at) {
      off = true;
      half();
      if (lose) unsynced.lose(randomOf(at));
      // A dead process holds no lock.
      for (const file of open) closeIfOpen(file);
      restore();
      dead?.();
      tell();
    }
    if (off) await new Promise(() => {});
  };
  const watches = (path: unknown): path is string => typeof path === "string" && `${path}/`.startsWith(`${root}/`);
  const patch = (name: string, make: (original: never) => unknown) => {
    before.set(name, patched[name]);
    patched[name] = make(patched[name] as never);
  };
  const watchFile = (file: Deno.FsFile, path: string): Deno.FsFile => {
    open.add(file);
    const { write, sync, syncData, truncate, close } = file;
    const synced = async (how: () => Promise<void>) => {
      await operation("sync", path);
      await how();
      unsynced.synced(path);
    };
    return Object.assign(file, {
      async write(bytes: Uint8Array) {
        unsynced.written(path, sizeOf(path) ?? 0);
        await operation("write", path, () => void file.writeSync(bytes.subarray(0, bytes.length >> 1)));
        return await write.call(file, bytes as Uint8Array<ArrayBuffer>);
      },
      sync: () => synced(() => sync.call(file)),
      syncData: () => synced(() => syncData.call(file)),
      async truncate(length?: number) {
        await operation("truncate", path);
        await truncate.call(file, length);
      },
      close() {
        open.delete(file);
        close.call(file);
      },
    });
  };
  patch("open", (real: typeof Deno.open) => async (path: string, options: Deno.OpenOptions = { read: true }) => {
    const makes = options.create || options.createNew || options.truncate;
    if (watches(path) && makes) await operation("open", path);
    const file = await real(path, options);
    return watches(path) ? watchFile(file, path) : file;
  });
  for (const name of ["writeTextFile", "writeFile"]) {
    patch(
      name,
      (real: (...args: unknown[]) => Promise<void>) =>
      async (path: string, content: string | Uint8Array, options: Deno.WriteFileOptions = {}) => {
        if (!watches(path)) return await real(path, content, options);
        unsynced.written(path, options.append ? sizeOf(path) ?? 0 : 0);
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        const half = () => original.writeFileSync(path, bytes.subarray(0, bytes.length >> 1), options);
        await operation(name, path, half);
        await real(path, content, options);
      },
    );
  }
  patch("rename", (real: typeof Deno.rename) => async (from: string, to: string) => {
    if (!watches(from)) return await real(from, to);
    if (sizeOf(from) === undefined) return await real(from, to);
    await operation("rename", to);
    unsynced.rename(from, to);
  });
  patch("remove", (real: typeof Deno.remove) => async (path: string, options?: Deno.RemoveOptions) => {
    if (!watches(path) || sizeOf(path) === undefined) return await real(path, options);
    await operation("remove", path);
    unsynced.remove(path);
  });
  patch("mkdir", (real: typeof Deno.mkdir) => async (path: string, options?: Deno.MkdirOptions) => {
    if (watches(path) && sizeOf(path) === undefined) await operation("mkdir", path);
    await real(path, options);
  });
  patch("truncate", (real: typeof Deno.truncate) => async (path: string, length?: number) => {
    if (watches(path)) await operation("truncate", path);
    await real(path, length);
  });
  return {
    operations,
    failed,
    [Symbol.dispose]() {
      restore();
      unsynced.clear();
    },
  };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function sizeOf(path: string): number | undefined {
  try {
    return original.lstatSync(path).size;
  } catch {
    return undefined;
  }
}

function closeIfOpen(file: Deno.FsFile): void {
  try {
    file.close();
  } catch {
    // It was closed.
  }
}

/** A small generator; the same numbers for the same seed. */
export function randomOf(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
}
