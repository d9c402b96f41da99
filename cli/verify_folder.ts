/**
 * What `verify` is pointed at: a folder, the name of an experiment, or the zip archive of a package.
 *
 * @module
 */
import { openStore } from "../experiments/store.ts";
import { writeAtomically } from "../experiments/store/atomic.ts";
import { unpackZip } from "../experiments/verify/unpack.ts";
import type { Verification } from "../reports/mod.ts";
import { UsageError } from "./exit.ts";
import { MARKER } from "./verify_scratch.ts";

/** What verifying a folder gives. */
export interface Verified {
  /** What was found. */
  readonly verification: Verification;
  /** Exit status. */
  readonly code: number;
}

/**
 * Verifies what a path means; an archive is unpacked below `out` for as long as that takes.
 *
 * @throws {UsageError} if it is neither a folder nor an archive.
 * @throws {SyntaxError} if the archive cannot be unpacked.
 */
export async function inVerified(
  where: string,
  out: string,
  verify: (folder: string) => Promise<Verified>,
): Promise<Verified> {
  const path = where.replace(/(?<=.)\/+$/, ""), stat = await Deno.stat(path).catch(() => undefined);
  if (stat?.isDirectory) return await verify(path);
  if (stat?.isFile && /\.zip$/i.test(path)) return await inArchive(path, out, verify);
  if (!stat && (await openStore("results").experiments()).includes(path)) return await verify(`results/${path}`);
  throw new UsageError(
    `Cannot verify ${path}: ${
      stat ? "it is a file" : "there is nothing"
    }, the folder of an experiment or the zip archive ` +
      "of a package is wanted",
  );
}

async function inArchive(file: string, out: string, verify: (folder: string) => Promise<Verified>): Promise<Verified> {
  await Deno.mkdir(out, { recursive: true });
  const scratch = await Deno.makeTempDir({ dir: out, prefix: "unpacked-" });
  try {
    // What is left of a process that was killed, gc knows by this.
    await writeAtomically(`${scratch}/${MARKER}`, "{}\n");
    await Deno.mkdir(`${scratch}/package`);
    const folder = await unpackZip(file, `${scratch}/package`), { verification, code } = await verify(folder);
    const named = (text: string) => text.replaceAll(folder, file);
    const { problems, notes } = verification;
    return {
      verification: { ...verification, folder: file, problems: problems.map(named), notes: notes.map(named) },
      code,
    };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}
