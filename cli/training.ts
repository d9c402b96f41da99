/**
 * Trains runs and shows their progress; what `run`, `ablate` and `quickstart` share.
 *
 * @module
 */
import { MissingDataError } from "../datasets/files.ts";
import { readEnvironment } from "../experiments/environment.ts";
import { JobRefusedError, type SweepEvent } from "../experiments/jobs.ts";
import type { RecordedDrift } from "../experiments/record.ts";
import type { PlannedRun } from "../experiments/resolved.ts";
import { RunBusyError } from "../experiments/store.ts";
import { inRounds } from "../experiments/stopping/rounds.ts";
import { ruleOf, stoppingOf } from "../experiments/stopping/rule.ts";
import { endedWell, missingRuns, sweepHere } from "../experiments/sweep.ts";
import type { Context } from "./context.ts";
import { decodePool } from "./decoding.ts";
import { EXIT, explain, RunError } from "./exit.ts";
import { RunLibrary } from "./library.ts";
import { missingData, type Sweep } from "./load.ts";
import type { ManifestOptions, PrintOptions } from "./options.ts";
import { Outcomes } from "./outcomes.ts";
import { parallelEvents } from "./parallel.ts";
import { createReporter, type Reporter } from "./progress.ts";
import { listenForSignals } from "./signals.ts";
import { checkSinkHosts, withoutLog } from "./sinks.ts";
import { checkThreads } from "./threads.ts";

/** Flags of commands that train. */
export interface TrainingOptions extends ManifestOptions, PrintOptions {
  /** Processes at a time; without it all runs are trained in this process. */
  readonly jobs?: number;
  /** Whether the first run that fails stops the others. */
  readonly failFast?: boolean;
  /** Library of matrix products for the WASM backend: the system's, or none. */
  readonly blas?: "auto" | "none";
  /** Threads of that library. */
  readonly threads?: number;
  /** Its threads where neither `threads` nor a checkpoint says: this process's share of the processors. */
  readonly share?: number;
  /** Threads that decode images. */
  readonly workers?: number;
  /** False where no sink is opened. */
  readonly log?: boolean;
  /** MiB of decoded images that a data set may keep. */
  readonly cache?: number;
  /** Whether another process started this one, and its standard input ends when it should stop. */
  readonly child?: boolean;
  /** Train though the program, a plugin or data has changed since the plan was frozen, and say so in the records. */
  readonly allowDrift?: boolean;
}

/** What {@link trainRuns} trains from. */
export interface TrainedSweep extends Sweep {
  /** Path of the plan's file, which the processes of `--jobs` read; there with `--jobs`. */
  readonly planPath?: string;
  /** What has changed since the plan was frozen. */
  readonly drift?: RecordedDrift | undefined;
  /** Backend of the record that is done again, in the words of `describeBackend`. */
  readonly made?: string;
}

/**
 * Trains runs, in this process or in several.
 *
 * @returns Exit status: 0, 70 if a run failed, diverged or cannot go on from its checkpoint, else 75 if a signal came, another process trains some of the
 *   runs, or runs wait at a rung for others.
 * @throws {MissingDataError} if data is not there, before anything is trained.
 */
export async function trainRuns(
  runs: readonly PlannedRun[],
  sweep: TrainedSweep,
  options: TrainingOptions,
  context: Context,
): Promise<number> {
  checkThreads(options);
  const output = withoutLog(sweep.output, options);
  await checkSinkHosts({ ...sweep, output });
  if (runs.length === 0) return EXIT.done;
  if (sweep.missing.length > 0) throw missingData(sweep);
  const reporter = createReporter(context.io, options, runs.length), outcomes = new Outcomes(runs.length);
  const kill = new AbortController(), first = new AbortController();
  const signals = listenForSignals({
    child: options.child === true,
    note: () => reporter.note("Stopping after this step; once more after two seconds to stop at once"),
    exit: (code) => {
      kill.abort();
      reporter.close();
      context.exit(code);
    },
  });
  if (options.child) void stopAtEndOfInput(signals.request);
  const stop = AbortSignal.any([signals.signal, first.signal]);
  const rule = sweep.frozen && ruleOf(sweep);
  let code: number = EXIT.done, begun = false;
  try {
    for await (
      const shown of eventsOf(runs, { ...sweep, output }, options, { reporter, stop, kill: kill.signal }, context)
    ) {
      const { event } = shown;
      if (event.type === "start") begun = true, signals.protect();
      if (event.type === "refused" || event.type === "end" && !endedWell(event.record, rule)) code = EXIT.failed;
      reporter.show(shown);
      const common = outcomes.see(shown);
      if (common && !options.failFast) reporter.note(common);
      if (options.failFast && event.type === "end" && event.record.status === "failed" && !stop.aborted) {
        if (runs.length > 1) {
          reporter.note("Stopping at the first failure, as --fail-fast asks; the others keep their work");
        }
        first.abort();
      }
    }
    // Runs that neither ended nor were stopped are those that another process trains, or has finished meanwhile.
    const left = async () =>
      outcomes.ended < runs.length &&
      (await missingRuns(runs, sweep.store, { experiment: sweep.experiment, rule })).length > 0;
    if (code === EXIT.done && (signals.signal.aborted || await left())) code = EXIT.interrupted;
    return code;
  } catch (thrown) {
    const error = begun ? asRunError(thrown) : thrown;
    code = explain(error).code;
    throw error;
  } finally {
    if (!options.child) reporter.end(outcomes.summary(code));
    reporter.close();
    signals.dispose();
  }
}

/** What {@link eventsOf} tells and listens to. */
interface Watched {
  readonly reporter: Reporter;
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

/** The events of runs, trained in this process or in several. */
async function* eventsOf(
  runs: readonly PlannedRun[],
  sweep: TrainedSweep,
  options: TrainingOptions,
  { reporter, stop, kill }: Watched,
  { io }: Context,
): AsyncGenerator<SweepEvent> {
  const environment = await readEnvironment(Deno.cwd());
  const { experiment, registries, plugins, files, output, store, drift, made } = sweep;
  // A child waits at every rung: who started it goes on with the others first, so that no process idles.
  const stopping = sweep.frozen && stoppingOf(sweep.frozen, store, { pauses: options.child === true });
  const rounds = { stopping, store, experiment, stop };
  if (options.jobs !== undefined) {
    const note = ({ row, seed }: PlannedRun, text: string) => reporter.note(`${row}, seed ${seed}: ${text}`);
    const train = (some: readonly PlannedRun[]) =>
      parallelEvents(some, sweep, options, { environment, stop, kill, note });
    return yield* inRounds(runs, { ...rounds, train });
  }
  const library = new RunLibrary(options), pool = decodePool(options, io);
  const means = {
    prepare: pool.prepare,
    ...stopping ? { stopping } : {},
    library: (made: string | undefined) => library.take(made),
    ...options.cache === undefined ? {} : { cacheBytes: options.cache * 2 ** 20 },
    ...drift ? { drift } : {},
    ...made === undefined ? {} : { made },
  };
  const shared = { experiment, registries, plugins, files, output, store, environment, stop, ...means };
  try {
    yield* inRounds(runs, {
      ...rounds,
      train: (some) => sweepHere(some, shared, (error) => reporter.note(error.message)),
    });
  } finally {
    library.close();
    pool.close();
  }
}

/** Once a run has begun, what goes wrong is not a mistake in the command. */
function asRunError(error: unknown): unknown {
  const told = error instanceof Error && /^Cannot /.test(error.message);
  const kept = error instanceof MissingDataError || error instanceof RunBusyError || error instanceof JobRefusedError;
  return told && !kept ? new RunError(error.message, { cause: error }) : error;
}

async function stopAtEndOfInput(request: () => void): Promise<void> {
  try {
    for await (const _ of Deno.stdin.readable);
  } finally {
    request();
  }
}
