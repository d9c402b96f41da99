/**
 * Claiming runs whose holder on another machine may be dead, which shows with time.
 *
 * @module
 */
import { RunBusyError } from "./busy.ts";
import type { RunFolder } from "./folder.ts";
import { SILENCE } from "./lease_files.ts";

/** Times that a holder elsewhere is looked at while it is waited for. */
const LOOKS = 20;

/** What {@link claimInTurn} is handed. */
export interface Patience {
  /** Milliseconds of silence after which a holder on another machine is taken to be dead; see `RunFolder.claim`. */
  readonly silence?: number;
  /** Called with what is waited for, once for each run. */
  readonly note: (text: string) => void;
  /** Called for a run that another process has, which is left out; without it that is thrown. */
  readonly busy?: (run: RunFolder) => void;
}

/**
 * Claims runs one after the other, for the caller to release. Those whose holder on another machine may be dead come last,
 * and are waited for until that shows.
 *
 * @throws {RunBusyError} naming the process that has a run, unless `busy` is there.
 */
export async function* claimInTurn(
  runs: readonly RunFolder[],
  { silence = SILENCE, note, busy }: Patience,
): AsyncGenerator<RunFolder> {
  const told = new Set<RunFolder>();
  for (let todo = runs; todo.length > 0;) {
    const unsure: RunFolder[] = [];
    for (const run of todo) {
      const error = await run.claim(silence).catch((error) => error);
      if (error === undefined) yield run;
      else if (!(error instanceof RunBusyError)) throw error;
      else if (error.unsure) {
        unsure.push(run);
        if (!told.has(run)) note(error.message);
        told.add(run);
      } else if (busy) busy(run);
      else throw error;
    }
    todo = unsure;
    if (todo.length > 0) await pauseBetweenLooks(silence);
  }
}

/** Waits until holders elsewhere are looked at again, unless it is told to stop. */
export async function pauseBetweenLooks(silence: number, stop?: AbortSignal): Promise<void> {
  if (stop?.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, silence / LOOKS);
    stop?.addEventListener("abort", done);
  });
}
