/**
 * What a run keeps in its checkpoint beside the variables, so that a resumed run ends with the same record.
 *
 * @module
 */
import type { ReadLog } from "./reads.ts";
import type { RecordedReceipt } from "./record.ts";
import type { Progress } from "./run_record.ts";

interface Notes {
  readonly receipt?: RecordedReceipt;
  /** Parameters that were read so far. */
  readonly reads: ReturnType<ReadLog["toJSON"]>;
}

/**
 * The notes of a run as text.
 *
 * @param shared Reads of the readers, which a sweep keeps across its runs.
 */
export function notesOf({ receipt, reads }: Progress, shared: ReadLog | undefined): string {
  const notes: Notes = { ...receipt ? { receipt } : {}, reads: reads.with(shared).toJSON() };
  return JSON.stringify(notes);
}

/** Puts the notes of a checkpoint back; checkpoints from before there were any have none. */
export function restoreNotes(text: string | undefined, progress: Progress): void {
  const { receipt, reads } = JSON.parse(text ?? "{}") as Partial<Notes>;
  if (receipt) progress.receipt = receipt;
  if (reads) progress.reads.restore(reads);
  progress.readsKnown = reads !== undefined;
}
