/**
 * Shows what runs are doing: bars on a terminal, plain lines in a pipe, JSON lines, or nothing.
 *
 * @module
 */
import type { SweepEvent } from "../experiments/jobs.ts";
import type { Io } from "./io.ts";
import type { PrintOptions } from "./options.ts";
import type { Summary } from "./outcomes.ts";
import { barReporter } from "./progress_bars.ts";
import { lineReporter, summary } from "./progress_lines.ts";

/** Shows the events of runs. */
export interface Reporter {
  /** One event of one run. */
  show(event: SweepEvent): void;
  /** A message beside the progress. */
  note(text: string): void;
  /** How all of the runs ended; the last thing that is told. */
  end(summary: Summary): void;
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
  if (options.quiet) return quietReporter(io);
  return io.terminal ? barReporter(runs) : lineReporter(io, runs, () => performance.now() / 1000);
}

/** One JSON object a line on standard output: the event, with the run's id, row and seed. */
function jsonReporter(io: Io): Reporter {
  return {
    show: ({ planned: { id, row, seed }, event }) => io.out(JSON.stringify({ id, row, seed, ...event }) + "\n"),
    note: (text) => io.err(text + "\n"),
    end: (summary) => io.out(JSON.stringify({ type: "summary", ...summary }) + "\n"),
    close() {},
  };
}

/** Nothing but the errors of runs that failed or cannot go on, and of sinks. */
function quietReporter(io: Io): Reporter {
  return {
    show({ planned: { row, seed }, event }) {
      if (event.type === "end" && event.record.status === "failed") {
        io.err(`${row}, seed ${seed}: ${summary(event.record)}\n`);
      } else if (event.type === "refused") io.err(`${row}, seed ${seed}: ${event.error}\n`);
      else if (event.type === "sink") io.err(`${row}, seed ${seed}: ${event.name}: ${event.text}\n`);
    },
    note() {},
    end() {},
    close() {},
  };
}
