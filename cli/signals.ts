/**
 * Ctrl-C and SIGTERM: the first asks the runs to save their work and stop, a later one stops at once.
 *
 * @module
 */

/** A request to stop. */
export interface Stop {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** From here on there is work to save: a first signal no longer ends the process at once. */
  protect(): void;
  /** Asks to stop, as a first SIGTERM does. */
  request(): void;
  /** Stops listening, unless a signal came: what it was copied to may still deliver the copies. */
  dispose(): void;
}

/** What {@link listenForSignals} does. */
export interface SignalOptions {
  /** Called once, at the first signal that has work to save. */
  readonly note: () => void;
  /** Ends the process. */
  readonly exit: (code: number) => void;
  /** Whether another process started this one, and kills it where it is to end at once: then further signals do not. */
  readonly child: boolean;
}

const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;
/** Milliseconds after the first signal in which further ones are copies of it. */
const COPIES = 1500;

/**
 * Listens for signals. One Ctrl-C arrives several times, because the terminal sends it to every process of the command
 * and `deno task` hands its own on; so does the SIGTERM of `timeout`.
 */
export function listenForSignals({ note, exit, child }: SignalOptions): Stop {
  const controller = new AbortController();
  let asked = false, guarded = false, again = false;
  const names = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;
  const handle = (name: keyof typeof STATUS) => {
    if (!guarded || again) return exit(STATUS[name]);
    if (asked) return;
    asked = true;
    // The second timer lets in the copies that waited, as the first one did, for a long step to end.
    if (!child) later(COPIES, () => later(COPIES / 10, () => again = true));
    note();
    controller.abort();
  };
  const handlers = names.map((name) => {
    const handler = () => handle(name);
    Deno.addSignalListener(name, handler);
    return [name, handler] as const;
  });
  return {
    signal: controller.signal,
    protect: () => guarded = true,
    request: () => handle("SIGTERM"),
    dispose: () => {
      if (!asked) handlers.forEach(([name, handler]) => Deno.removeSignalListener(name, handler));
    },
  };
}

/** Calls `fn` after some milliseconds, unless the process has nothing else to do. */
function later(milliseconds: number, fn: () => void): void {
  Deno.unrefTimer(setTimeout(fn, milliseconds));
}
