/**
 * How the runs of a sweep ended: the count, and what many of them have in common.
 *
 * @module
 */
import type { SweepEvent } from "../experiments/jobs.ts";
import type { RunRecord } from "../experiments/record.ts";

/** What became of a sweep's runs. */
export interface Summary {
  /** Runs that were to be trained. */
  readonly runs: number;
  /** Records by their status: completed, diverged, failed, … */
  readonly ended: Readonly<Partial<Record<RunRecord["status"], number>>>;
  /** Runs that stopped with a checkpoint. */
  readonly interrupted: number;
  /** Runs that were not begun, or that another process trains. */
  readonly left: number;
  /** Exit status, where it is known. */
  readonly code: number;
}

/** Runs that fail the same way, one after the other, before it is said. */
const ALIKE = 3;

/** Counts how runs end. */
export class Outcomes {
  readonly #runs: number;
  readonly #ended = new Map<RunRecord["status"], number>();
  #interrupted = 0;
  #alike = 0;
  #error = "";

  /** @param runs How many runs are to be trained. */
  constructor(runs: number) {
    this.#runs = runs;
  }

  /** Runs that have a record now. */
  get ended(): number {
    return [...this.#ended.values()].reduce((sum, n) => sum + n, 0);
  }

  /** Takes an event in; gives what is to be said of it, where runs fail one like the other. */
  see({ event }: SweepEvent): string | undefined {
    if (event.type === "interrupted") this.#interrupted++;
    if (event.type !== "end") return undefined;
    const { status, error } = event.record;
    this.#ended.set(status, (this.#ended.get(status) ?? 0) + 1);
    // Numbers differ from run to run, and so may what a process printed.
    const kind = status === "failed" ? error!.split("; its last lines")[0]!.replaceAll(/\d+/g, "0") : "";
    this.#alike = kind !== "" && kind === this.#error ? this.#alike + 1 : 1;
    this.#error = kind;
    const left = this.#runs - this.ended;
    if (kind === "" || this.#alike !== ALIKE || left === 0) return undefined;
    return `${ALIKE} runs have failed in the same way, one after the other, and ${left} are still to end: what is wrong ` +
      "may be wrong for all of them; Ctrl-C stops, and --fail-fast does it by itself at the first";
  }

  /** The count. */
  summary(code: number): Summary {
    const ended = Object.fromEntries(this.#ended), interrupted = this.#interrupted;
    return { runs: this.#runs, ended, interrupted, left: this.#runs - this.ended - interrupted, code };
  }
}

/** A count in words: `4 runs: 3 completed, 1 failed`. */
export function tellSummary({ runs, ended, interrupted, left }: Summary): string {
  const parts = Object.entries(ended).map(([status, n]) => `${n} ${status}`);
  if (interrupted > 0) parts.push(`${interrupted} interrupted with a checkpoint`);
  if (left > 0) parts.push(`${left} not begun here`);
  return `${runs} ${runs === 1 ? "run" : "runs"}: ${parts.join(", ")}`;
}
