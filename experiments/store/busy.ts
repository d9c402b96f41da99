/**
 * The error for a run that another process has.
 *
 * @module
 */

/** Another process has this run now. */
export class RunBusyError extends Error {
  /** Name of the class. */
  override readonly name = "RunBusyError";
  /** Whether that process is on another machine and may be dead, which shows when it is asked for again. */
  readonly unsure: boolean;

  /**
   * Says who has it.
   *
   * @param message What was found.
   */
  constructor(message: string, { unsure = false }: { readonly unsure?: boolean } = {}) {
    super(message);
    this.unsure = unsure;
  }
}

/** The error for a folder, naming who holds it. */
export function heldBy(folder: string, holder: string | undefined): RunBusyError {
  return new RunBusyError(`Cannot take the run in ${folder}: another process (${holder || "unknown"}) has it now`);
}
