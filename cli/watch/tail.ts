/**
 * Follows a run's `history.jsonl`: reads only what was added since the look before.
 *
 * @module
 */
import { within } from "../../experiments/store/paths.ts";
import type { Point } from "../../reports/live/state.ts";

/** What a history says so far. */
export interface HistoryTail {
  /** Loss over steps; grows with the next look. */
  readonly curve: readonly Point[];
  /** Last step, 0 before the first. */
  readonly step: number;
  /** Training time up to it. */
  readonly seconds: number;
  /** Milliseconds since 1970 at which the file was written to; `null` where there is none. */
  readonly heard: number | null;
  /** What is wrong with it, or `null`. */
  readonly problem: string | null;
}

/** The history of one run, read as it grows. */
export class HistoryFollower {
  readonly #folder: string;
  #curve: Point[] = [];
  #last = { step: 0, seconds: 0, problem: null as string | null };
  #offset = 0;
  #inode: number | null = null;
  #rest = "";
  #decoder = new TextDecoder();

  /** @param folder The run's folder. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads what is new. */
  async look(): Promise<HistoryTail> {
    const path = await within(this.#folder, "history.jsonl");
    let heard: number | null = null;
    try {
      using file = await Deno.open(path);
      const { size, ino, mtime } = await file.stat();
      // A run that goes on drops lines, and writes the file anew.
      if (ino !== this.#inode || size < this.#offset) this.#reset(ino);
      await this.#read(file, size);
      heard = mtime?.getTime() ?? null;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      this.#reset(null);
    }
    return { curve: this.#curve, ...this.#last, heard };
  }

  #reset(inode: number | null): void {
    this.#curve = [];
    this.#last = { step: 0, seconds: 0, problem: null };
    this.#offset = 0;
    this.#inode = inode;
    this.#rest = "";
    this.#decoder = new TextDecoder();
  }

  async #read(file: Deno.FsFile, size: number): Promise<void> {
    await file.seek(this.#offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(Math.min(size - this.#offset, 2 ** 20));
    while (this.#offset < size) {
      const read = await file.read(bytes);
      if (read === null) break;
      this.#offset += read;
      const lines = (this.#rest + this.#decoder.decode(bytes.subarray(0, read), { stream: true })).split("\n");
      this.#rest = lines.pop()!;
      lines.forEach((line) => this.#take(line));
    }
  }

  #take(line: string): void {
    try {
      const { step, loss, seconds } = JSON.parse(line);
      if (typeof step !== "number") throw new TypeError("Cannot find its step");
      if (typeof loss === "number") this.#curve.push([step, loss]);
      this.#last = { ...this.#last, step, seconds: typeof seconds === "number" ? seconds : 0 };
    } catch (error) {
      this.#last = { ...this.#last, problem: `Cannot read a line of history.jsonl: ${(error as Error).message}` };
    }
  }
}
