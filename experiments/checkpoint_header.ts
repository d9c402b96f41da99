/**
 * What a checkpoint says of itself, from its header alone: it may be large.
 *
 * @module
 */
import type { CheckpointState } from "../training/mod.ts";
import { within } from "./store/paths.ts";

/** What is known of a checkpoint whose tensors are left unread. */
export type CheckpointHeader = Pick<CheckpointState, "step" | "backend">;

/** A header names every tensor; one of a hundred thousand of them is no checkpoint of ours. */
const LONGEST_HEADER = 16 * 2 ** 20;

/**
 * Reads the header of a run's checkpoint: the newest, or the one before.
 *
 * @param path The run's folder.
 * @returns `null` where it is damaged, `undefined` where there is none.
 */
export async function readCheckpointHeader(
  path: string,
  which: "current" | "previous" = "current",
): Promise<CheckpointHeader | null | undefined> {
  try {
    using file = await Deno.open(await within(path, "checkpoint", which));
    const first = await readExactly(file, 8),
      length = first && Number(new DataView(first.buffer).getBigUint64(0, true));
    if (!length || length > LONGEST_HEADER) return null;
    const header = await readExactly(file, length);
    const metadata = header && JSON.parse(new TextDecoder().decode(header))?.__metadata__,
      step = Number(metadata?.step);
    return Number.isInteger(step) ? { step, backend: String(metadata.backend) } : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function readExactly(file: Deno.FsFile, length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) return undefined;
    at += read;
  }
  return bytes;
}
