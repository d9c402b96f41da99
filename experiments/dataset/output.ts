/**
 * Writing a file or a folder so that it is whole or absent, piece by piece.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { syncFolder } from "../store/atomic.ts";

/** Whether what is there may be replaced. */
export interface Replace {
  /** Replace it, once what takes its place is whole. */
  readonly force: boolean;
}

/** Takes pieces, one after the other. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes a file.
 *
 * @throws {RangeError} if something is there and may not be replaced.
 */
export async function writeWholeFile(
  path: string,
  replace: Replace,
  write: (append: Append) => Promise<void>,
): Promise<void> {
  await takePlace(path, replace, (temporary) => appendTo(temporary, write));
}

/**
 * Writes a folder; `write` is given one to fill.
 *
 * @throws {RangeError} if something is there and may not be replaced.
 */
export async function writeWholeFolder(
  path: string,
  replace: Replace,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  await takePlace(path, replace, async (temporary) => {
    await Deno.mkdir(temporary);
    await write(temporary);
    await syncFolder(temporary);
  });
}

/** Writes a new file piece by piece, and syncs it. */
export async function appendTo(path: string, write: (append: Append) => Promise<void>): Promise<void> {
  using file = await Deno.open(path, { createNew: true, write: true });
  await write(async (bytes) => {
    for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  });
  await file.sync();
}

/** Makes something beside its place, then puts it there. */
async function takePlace(path: string, { force }: Replace, make: (temporary: string) => Promise<void>): Promise<void> {
  const place = resolve(path), suffix = crypto.randomUUID().slice(0, 8), parent = dirname(place);
  const there = await Deno.lstat(place).catch(() => undefined);
  if (there && !force) {
    throw new RangeError(
      `Cannot write ${path}: something is there already, name another place or replace it with --force`,
    );
  }
  if (there && `${Deno.cwd()}/`.startsWith(`${place}/`.replace("//", "/"))) {
    throw new RangeError(`Cannot replace ${path}: the current folder is in it, name another place`);
  }
  await Deno.mkdir(parent, { recursive: true });
  const temporary = `${place}.${suffix}.tmp`, old = `${place}.${suffix}.old`;
  try {
    await make(temporary);
    if (there) await Deno.rename(place, old);
    await Deno.rename(temporary, place).catch(async (error) => {
      if (there) await putBack(old, path, error);
      throw error;
    });
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw error;
  }
  await syncFolder(parent);
  if (there) await Deno.remove(old, { recursive: true });
}

/** Puts what was there where it was, after nothing could take its place. */
async function putBack(old: string, path: string, error: Error): Promise<void> {
  try {
    await Deno.rename(old, resolve(path));
  } catch (cause) {
    throw new Error(
      `Cannot write ${path}: ${error.message}; what was there is at ${old} and could not be put back: ` +
        (cause as Error).message,
      { cause },
    );
  }
}
