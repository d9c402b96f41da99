/**
 * What is wrong with a manifest, all of it at once, each problem with its place.
 *
 * @module
 */

/** A place in a file; for `--set head.m=0.4` that text is the file. */
export interface Place {
  /** Path as it was given, or the option as typed. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** One problem: where, and what to do about it. */
export interface ManifestProblem extends Place {
  /** One line, without the place. */
  readonly message: string;
}

/** A manifest that cannot be used; the command line prints the message and exits with status 2. */
export class ManifestError extends Error {
  /** Tells it from other errors. */
  override readonly name = "ManifestError";
  /** Every problem, sorted by place. */
  readonly problems: readonly ManifestProblem[];

  /** The message has one line a problem: `file:line:column: what, why, nearest legal value, all legal values`. */
  constructor(problems: readonly ManifestProblem[]) {
    super(problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

/** Collects problems; the same message at the same place counts once. */
export class Problems {
  readonly #found = new Map<string, ManifestProblem>();

  /** Notes a problem. */
  add({ file, line, column }: Place, message: string): void {
    const key = `${file}\n${line}\n${column}\n${message}`;
    if (!this.#found.has(key)) this.#found.set(key, { file, line, column, message: oneLine(message) });
  }

  /** Whether there is one in a file. */
  in(file: string): boolean {
    return [...this.#found.values()].some((problem) => problem.file === file);
  }

  /** How many there are. */
  get size(): number {
    return this.#found.size;
  }

  /**
   * Ends here if there is a problem.
   *
   * @param files Order of the files in the message; files that are not listed come last.
   * @throws {ManifestError} with every problem.
   */
  throwIfAny(files: readonly string[]): void {
    if (this.#found.size === 0) return;
    const rank = (file: string) => files.includes(file) ? files.indexOf(file) : files.length;
    throw new ManifestError(
      [...this.#found.values()].sort((a, b) =>
        rank(a.file) - rank(b.file) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
        a.line - b.line || a.column - b.column
      ),
    );
  }
}

/** Line breaks and other control characters written as escapes, so that a problem is one line. */
function oneLine(message: string): string {
  // deno-lint-ignore no-control-regex
  return message.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => JSON.stringify(c).slice(1, -1));
}
