/**
 * The file that a command was told to write.
 *
 * @module
 */
import { dirname } from "node:path";
import { writeAtomically } from "../experiments/store/atomic.ts";
import { UsageError } from "./exit.ts";

/**
 * Writes a file whole.
 *
 * @throws {UsageError} if its folder is not there.
 */
export async function writeFile(file: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(file);
  const there = await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false);
  if (!there) throw new UsageError(`Cannot write "${file}": there is no folder "${folder}", make it first`);
  await writeAtomically(file, content);
}
