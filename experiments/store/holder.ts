/**
 * Who trains a run now, for those who only look.
 *
 * @module
 */
import { hostName } from "../machine.ts";
import { ignoreAbsence, readTextIfThere } from "./atomic.ts";
import { leaseHolder } from "./lease_files.ts";
import { within } from "./paths.ts";

/** The process that holds a run, in its own words; `undefined` where none does. */
export async function holderOf(folder: string): Promise<string | undefined> {
  const path = await within(folder, "lock");
  const text = (await readTextIfThere(path))?.trim();
  if (text) {
    using file = await Deno.open(path);
    // A process that was killed leaves its words behind, but not its lock.
    if (!await file.tryLock(false)) return text;
  }
  return await leaseHolder(folder, await hostName());
}

/** Takes a lock; looking holds one for a moment too, which is waited for. Gives whether it was taken. */
export async function tryLock(file: Deno.FsFile): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    if (await file.tryLock(true)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

/** Whether a file that is open still stands under its path, and was neither removed nor replaced. */
export async function isStill(file: Deno.FsFile, path: string): Promise<boolean> {
  const there = await Deno.stat(path).catch(ignoreAbsence), { ino } = await file.stat();
  return there !== undefined && there.ino === ino;
}
