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
 * Text that a terminal only shows: control characters and those that turn the direction of writing, which labels and
 * errors of somebody else's records may hold, stand as `\u001b`. In JSON that is the same text.
 */
export function printable(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Streams that print nothing but {@link printable} text. */
export function printing(io: Io): Io {
  return { ...io, out: (text) => io.out(printable(text)), err: (text) => io.err(printable(text)) };
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
