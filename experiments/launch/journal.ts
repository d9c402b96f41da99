/**
 * `launch/<plan>/jobs.json`: what was handed to a scheduler, so that nothing is handed to it twice.
 *
 * @module
 */
import { z } from "zod";
import { readTextIfThere, writeAtomically } from "../store/atomic.ts";

/** One job that was submitted. */
export interface Submission {
  /** Name of the job, by which it is found where its id was not noted down. */
  readonly name: string;
  /** Id of the job; `null` from before it is submitted until Slurm has said it. */
  readonly job: string | null;
  /** Position in the plan of the array's task 0. */
  readonly offset: number;
  /** The runs that it trains; none for the job that collates. */
  readonly runs: readonly { readonly index: number; readonly id: string }[];
  /** When it was submitted. */
  readonly submittedAt: string;
}

/** What was submitted for one plan. */
export interface Journal {
  /** Version of this form. */
  readonly schemaVersion: 1;
  /** Digest of the plan. */
  readonly digest: string;
  /** Jobs, the oldest first. */
  readonly submissions: readonly Submission[];
}

const schema: z.ZodType<Journal> = z.strictObject({
  schemaVersion: z.literal(1),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  submissions: z.array(z.strictObject({
    name: z.string().min(1),
    job: z.string().regex(/^\d+$/).nullable(),
    offset: z.int().min(0),
    runs: z.array(z.strictObject({ index: z.int().min(0), id: z.string().regex(/^[0-9a-f]{12}$/) })).readonly(),
    submittedAt: z.string(),
  })).readonly(),
});

/** Writes a journal, whole or not at all; its folder must be there. */
export async function writeJournal(path: string, journal: Journal): Promise<void> {
  await writeAtomically(path, JSON.stringify(journal, null, 2) + "\n");
}

/**
 * Reads a journal, or gives `undefined` when there is none.
 *
 * @throws {SyntaxError} naming the file if it is damaged.
 */
export async function readJournal(path: string): Promise<Journal | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new SyntaxError(`Cannot read ${path}: ${why}; delete it once none of its jobs is queued any more`);
  }
}
