/**
 * Shows what runs are doing: bars on a terminal, plain lines in a pipe, JSON lines, or nothing.
 *
 * @module
 */
import type { SweepEvent } from "../experiments/jobs.ts";
import type { Io } from "./io.ts";
import type { PrintOptions } from "./options.ts";
import { barReporter } from "./progress_bars.ts";
import { lineReporter } from "./progress_lines.ts";

/** Shows the events of runs. */
export interface Reporter {
  /** One event of one run. */
  show(event: SweepEvent): void;
  /** A message beside the progress. */
  note(text: string): void;
  /** Takes the bars away; nothing is shown after. */
  close(): void;
}

/**
 * The reporter that suits the flags and the terminal.
 *
 * @param runs How many runs will be shown.
 */
export function createReporter(io: Io, options: PrintOptions, runs: number): Reporter {
  if (options.json) return jsonReporter(io);
  if (options.quiet) return { show() {}, note: () => {}, close() {} };
  return io.terminal ? barReporter(runs) : lineReporter(io, runs, () => performance.now() / 1000);
}

/** One JSON object a line on standard output: the event, with the run's id, row and seed. */
function jsonReporter(io: Io): Reporter {
  return {
    show: ({ planned: { id, row, seed }, event }) => io.out(JSON.stringify({ id, row, seed, ...event }) + "\n"),
    note: (text) => io.err(text + "\n"),
    close() {},
  };
}
