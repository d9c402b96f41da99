/**
 * Where a command prints; tests hand in their own.
 *
 * @module
 */

/** Standard output and standard error, as commands see them. */
export interface Io {
  /** Prints results; the text brings its own line breaks. */
  out(text: string): void;
  /** Prints progress and messages. */
  err(text: string): void;
  /** Whether standard error is a terminal. */
  readonly terminal: boolean;
}

/**
 * The process's own streams. A reader that went away ends the process, as it does other programs; one that another
 * process started, and that has work to save, goes on until the end of its input stops it.
 */
export function processIo({ child = false }: { readonly child?: boolean } = {}): Io {
  return {
    out: (text) => writeAll(Deno.stdout, text, child),
    err: (text) => writeAll(Deno.stderr, text, child),
    terminal: Deno.stderr.isTerminal(),
  };
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string, child: boolean): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) written += stream.writeSync(bytes.subarray(written));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe && child) return;
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(141);
    throw error;
  }
}
