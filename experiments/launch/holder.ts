/**
 * Who trains a run now.
 *
 * @module
 */
import { readTextIfThere } from "../store/atomic.ts";
import { within } from "../store/paths.ts";

/** What the process that holds a run's lock wrote into it; `undefined` where no process holds it. */
export async function holderOf(folder: string): Promise<string | undefined> {
  const path = await within(folder, "lock");
  const text = (await readTextIfThere(path))?.trim();
  if (!text) return undefined;
  using file = await Deno.open(path);
  // A process that was killed leaves its words behind, but not its lock.
  return await file.tryLock(false) ? undefined : text;
}
