/**
 * A package as one zip archive: the same files give the same bytes, of whatever size they are.
 *
 * @module
 */
import { Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { dirname, resolve } from "node:path";
import { ignoreAbsence, syncFolder, writeWhole } from "../../experiments/store/atomic.ts";
import type { CrateFile } from "../../reports/crate/mod.ts";
import { UsageError } from "../exit.ts";
import type { CrateFolder } from "./folder.ts";

/** Files from this size on are stored as they are: large ones are weights, which hardly shrink. */
const STORED = 2 ** 26;
/** What the plain form of an archive can hold. */
const MOST = { files: 65_534, bytes: 2 ** 32 - 2 ** 27 } as const;
/** The first day of the form: an archive tells no time. */
const FIRST_DAY = new Date(1980, 0, 1);

/**
 * Writes an archive of a package, whole or not at all.
 *
 * @param signal Ends the work; nothing is left of it then.
 * @throws {UsageError} if its files are too many or too large.
 */
export async function writeZip(
  file: string,
  { path: folder, files }: Pick<CrateFolder, "path" | "files">,
  signal: AbortSignal,
): Promise<void> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total > MOST.bytes || files.length > MOST.files) {
    throw new UsageError(
      `Cannot write ${file}: ${files.length} files of ${total} bytes are more than a zip archive holds; publish a folder, ` +
        "or leave --weights out",
    );
  }
  const temporary = `${file}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  await Deno.mkdir(dirname(resolve(file)), { recursive: true });
  try {
    await fill(temporary, { folder, files, signal });
    await Deno.rename(temporary, file);
  } finally {
    await Deno.remove(temporary).catch(ignoreAbsence);
  }
  await syncFolder(dirname(resolve(file)));
}

async function fill(
  temporary: string,
  { folder, files, signal }: {
    readonly folder: string;
    readonly files: readonly CrateFile[];
    readonly signal: AbortSignal;
  },
): Promise<void> {
  using target = await Deno.open(temporary, { createNew: true, write: true });
  const parts: Uint8Array[] = [], failures: Error[] = [];
  const zip = new Zip((error, part) => error ? failures.push(error) : parts.push(part));
  const flush = async () => {
    if (failures[0]) throw failures[0];
    for (const part of parts.splice(0)) await writeWhole(target, part);
  };
  for (const { path, size } of files) {
    const entry = size >= STORED ? new ZipPassThrough(path) : new ZipDeflate(path, { level: 6 });
    entry.mtime = FIRST_DAY;
    zip.add(entry);
    const source = await Deno.open(`${folder}/${path}`);
    for await (const part of source.readable) {
      signal.throwIfAborted();
      entry.push(part);
      await flush();
    }
    entry.push(new Uint8Array(0), true);
    await flush();
  }
  zip.end();
  await flush();
  await target.sync();
}
