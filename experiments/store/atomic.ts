/**
 * Writing a file so that it is whole or absent, even when the power fails.
 *
 * @module
 */
import { dirname } from "node:path";

/**
 * Writes a file by way of a temporary one beside it: write, sync, rename, sync the folder.
 *
 * @param path File to make or to replace.
 * @param content Its bytes, or text to be written as UTF-8.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  await Deno.rename(await writeBeside(path, content), path);
  await syncFolder(dirname(path));
}

/**
 * Writes a file as {@link writeAtomically} does, unless one is there: of several processes, on whichever machines, the
 * first one's stands.
 */
export async function writeOnce(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = await writeBeside(path, content);
  try {
    await Deno.link(temporary, path).catch(async (error) => {
      if (error instanceof Deno.errors.AlreadyExists) return;
      // What a file system without links says.
      if (!(error instanceof Deno.errors.NotSupported || error instanceof Deno.errors.PermissionDenied)) throw error;
      await renameOnce(temporary, path);
    });
  } finally {
    await Deno.remove(temporary).catch(() => {});
  }
  await syncFolder(dirname(path));
}

/** Renames a file unless the name is taken, for one process at a time: by a lock, which ends with the process. */
async function renameOnce(from: string, to: string): Promise<void> {
  using file = await Deno.open(`${to}.lock`, { create: true, write: true });
  await file.lock(true);
  if (!await isThere(to)) await Deno.rename(from, to);
}

/** Writes a temporary file beside the place of another, durably; gives its path. */
async function writeBeside(path: string, content: Uint8Array | string): Promise<string> {
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  await createWhole(temporary, content);
  return temporary;
}

/**
 * Makes a file that is not there yet, durably; where it cannot be written to the end, it is gone again.
 *
 * @throws {Deno.errors.AlreadyExists} if one is there, which is left as it is.
 */
export async function createWhole(path: string, content: Uint8Array | string): Promise<void> {
  using file = await Deno.open(path, { createNew: true, write: true });
  try {
    await writeWhole(file, content);
    await file.sync();
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

/** Writes all of a content to an open file, of which the system may take a part at a time. */
export async function writeWhole(file: Deno.FsFile, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}

/** Makes the names in a folder durable; systems that cannot open a folder do it by themselves. */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using handle = await Deno.open(folder);
  await handle.sync();
}

/** The content of a text file, or `undefined` when there is none. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  return await Deno.readTextFile(path).catch(ignoreAbsence);
}

/** The content of a file, or `undefined` when there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  return await Deno.readFile(path).catch(ignoreAbsence);
}

/** Whether a file is there. */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).catch(ignoreAbsence) !== undefined;
}

/** Passes for what is not there. */
export function ignoreAbsence(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
