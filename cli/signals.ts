/**
 * Ctrl-C and SIGTERM: the first asks the runs to save their work and stop, the second stops at once.
 *
 * @module
 */

/** A request to stop. */
export interface Stop {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Exit status of the signal that came: 130 or 143; `undefined` while none has. */
  readonly status: () => number | undefined;
  /** From here on there is work to save: a first signal no longer ends the process at once. */
  protect(): void;
  /** Asks to stop, as a first SIGTERM does. */
  request(): void;
  /** Stops listening. */
  dispose(): void;
}

const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Listens for signals.
 *
 * @param note Called once, at the first signal that has work to save.
 * @param exit Ends the process.
 */
export function listenForSignals(note: () => void, exit: (code: number) => void): Stop {
  const controller = new AbortController();
  let status: number | undefined, guarded = false;
  const names = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;
  const stop = (name: keyof typeof STATUS) => {
    if (!guarded) return exit(STATUS[name]);
    status = STATUS[name];
    note();
    controller.abort();
  };
  const handlers = names.map((name) => {
    const handler = () => status === undefined ? stop(name) : exit(STATUS[name]);
    Deno.addSignalListener(name, handler);
    return [name, handler] as const;
  });
  return {
    signal: controller.signal,
    status: () => status,
    protect: () => guarded = true,
    request: () => status === undefined && stop("SIGTERM"),
    dispose: () => handlers.forEach(([name, handler]) => Deno.removeSignalListener(name, handler)),
  };
}
