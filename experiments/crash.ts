/**
 * Processes that ended without a word: the end of what they printed, and what is likely to have ended them.
 *
 * @module
 */

/** Bytes of a child's output that are kept: 256 KiB. */
export const LOG_BYTES: number = 2 ** 18;
/** Lines of it that a record keeps, and characters of each. */
const TAIL = { lines: 20, characters: 500 } as const;

/** The last part of what a process printed. */
export class LogTail {
  readonly #limit: number;
  #lines: string[] = [];
  #size = 0;
  #dropped = false;

  /** @param limit Characters that are kept, about. */
  constructor(limit: number = LOG_BYTES) {
    this.#limit = limit;
  }

  /** Adds a line; the oldest ones go where there is no more room. */
  push(line: string): void {
    const kept = line.length > this.#limit ? line.slice(-this.#limit) : line;
    this.#dropped ||= kept !== line;
    this.#lines.push(kept);
    this.#size += kept.length + 1;
    let first = 0;
    while (this.#size > this.#limit && first < this.#lines.length - 1) this.#size -= this.#lines[first++]!.length + 1;
    if (first === 0) return;
    this.#lines = this.#lines.slice(first);
    this.#dropped = true;
  }

  /** Whether nothing was printed. */
  get empty(): boolean {
    return this.#lines.every((line) => line.trim() === "");
  }

  /** What is kept, as the text of a file. */
  text(): string {
    const lines = this.#dropped ? ["[what was printed before is left out]", ...this.#lines] : this.#lines;
    return lines.map((line) => `${line}\n`).join("");
  }

  /** The last lines, in one; addresses of the machine's stack, which say nothing to people, are left out. */
  last(): string {
    const telling = this.#lines.filter((line) => line.trim() && !/^#|^=+ C stack|\[0x[0-9a-f]+\]$/.test(line.trim()));
    return telling.slice(-TAIL.lines).map((line) => line.slice(0, TAIL.characters)).join(" | ");
  }
}

/** How a process ended. */
export type ProcessEnd = Pick<Deno.CommandStatus, "code" | "signal">;

/**
 * The error of a run whose process ended by itself: how, what is likely to have ended it, and its last lines.
 *
 * @param log What it printed.
 */
export function tellCrash(end: ProcessEnd, log: LogTail): string {
  const how = end.signal
    ? `was ended by ${end.signal}`
    : end.code === 0
    ? "ended without a record"
    : `ended with status ${end.code}`;
  const cause = likelyCause(end, log.text());
  const said = log.empty ? "" : `; its last lines, of which log.txt has more: ${log.last()}`;
  return `Cannot finish the run: its process ${how}${cause && `, ${cause}`}${said}`;
}

/** What is likely to have ended a process, in words; empty where nothing is known. */
function likelyCause({ code, signal }: ProcessEnd, text: string): string {
  if (/JavaScript (?:heap )?out of memory|Reached heap limit/.test(text)) {
    return "because JavaScript's heap was full: give it more with DENO_V8_FLAGS=--max-old-space-size=MIB, or keep " +
      "fewer images with --cache";
  }
  if (/WebAssembly\.Memory|Cannot enlarge memory|memory access out of bounds|on the WASM heap/.test(text)) {
    return "because the WASM heap was full: use a smaller batch, or train.accumulate";
  }
  // 128 and the number of the signal is what a shell in between makes of it.
  const name = signal ??
    (code > 128 ? ({ 132: "SIGILL", 134: "SIGABRT", 135: "SIGBUS", 137: "SIGKILL", 139: "SIGSEGV" })[code] : null);
  if (name === "SIGKILL") {
    return "which is how a system ends a process when memory runs out: try fewer --jobs, a smaller --cache, or a " +
      "smaller batch";
  }
  if (name === "SIGSEGV" || name === "SIGBUS" || name === "SIGABRT" || name === "SIGILL") {
    return "as native code does when it breaks: try --blas none, or another backend";
  }
  return "";
}
