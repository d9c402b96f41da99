/**
 * Trains runs and shows their progress; what `run`, `ablate` and `quickstart` share.
 *
 * @module
 */
import { MissingDataError } from "../datasets/files.ts";
import { readEnvironment } from "../experiments/environment.ts";
import { failedRecord } from "../experiments/failed_record.ts";
import { childFlags, denoCommand, runJobs, type SweepEvent } from "../experiments/jobs.ts";
import { type Library, loadBlas } from "../experiments/openblas.ts";
import type { Environment, RecordedDrift, RunRecord } from "../experiments/record.ts";
import type { PlannedRun } from "../experiments/resolved.ts";
import { RunBusyError } from "../experiments/store.ts";
import { inRounds } from "../experiments/stopping/rounds.ts";
import { ruleOf, stoppingOf } from "../experiments/stopping/rule.ts";
import { isFinal, sweepHere } from "../experiments/sweep.ts";
import type { Context } from "./context.ts";
import { decodePool, workersOfJobs } from "./decoding.ts";
import { EXIT, RunError, UsageError } from "./exit.ts";
import { missingData, type Sweep } from "./load.ts";
import type { ManifestOptions, PrintOptions } from "./options.ts";
import { createReporter } from "./progress.ts";
import { listenForSignals } from "./signals.ts";

/** Flags of commands that train. */
export interface TrainingOptions extends ManifestOptions, PrintOptions {
  /** Processes at a time. */
  readonly jobs?: number;
  /** Library of matrix products for the WASM backend: the system's, or none. */
  readonly blas?: "auto" | "none";
  /** Threads of that library. */
  readonly threads?: number;
  /** Threads that decode images. */
  readonly workers?: number;
  /** MiB of decoded images that a data set may keep. */
  readonly cache?: number;
  /** Whether another process started this one, and its standard input ends when it should stop. */
  readonly child?: boolean;
  /** Train though the program, a plugin or data has changed since the plan was frozen, and say so in the records. */
  readonly allowDrift?: boolean;
}

/** What {@link trainRuns} trains from. */
export interface TrainedSweep extends Sweep {
  /** Path of the plan's file, which the processes of `--jobs` read. */
  readonly planPath?: string;
  /** What has changed since the plan was frozen. */
  readonly drift?: RecordedDrift | undefined;
}

/**
 * Trains runs, in this process or in several.
 *
 * @returns Exit status: 0, 70 if a run did not complete, 75 if a signal came, another process trains some of the runs,
 *   or runs wait at a rung for others.
 * @throws {MissingDataError} if data is not there, before anything is trained.
 */
export async function trainRuns(
  runs: readonly PlannedRun[],
  sweep: TrainedSweep,
  options: TrainingOptions,
  context: Context,
): Promise<number> {
  checkThreads(options);
  if (runs.length === 0) return EXIT.done;
  if (sweep.missing.length > 0) throw missingData(sweep);
  const reporter = createReporter(context.io, options, runs.length);
  const stop = listenForSignals(() => reporter.note("Stopping after this step; once more to stop at once"), (code) => {
    reporter.close();
    context.exit(code);
  });
  if (options.child) void stopAtEndOfInput(stop.request);
  const environment = await readEnvironment(Deno.cwd());
  const { experiment, registries, plugins, files, output, store, drift } = sweep;
  const parallel = options.jobs !== undefined && options.jobs > 1 && runs.length > 1;
  const library = parallel ? undefined : await loadLibrary(options);
  const pool = parallel ? undefined : decodePool(options, context.io);
  // A child waits at every rung: who started it goes on with the others first, so that no process idles.
  const stopping = sweep.frozen && stoppingOf(sweep.frozen, store, { pauses: options.child === true });
  const means = {
    ...stopping ? { stopping } : {},
    ...library ? { products: library } : {},
    ...pool ? { prepare: pool.prepare } : {},
    ...options.cache === undefined ? {} : { cacheBytes: options.cache * 2 ** 20 },
    ...drift ? { drift } : {},
  };
  const shared = { experiment, registries, plugins, files, output, store, environment, stop: stop.signal, ...means };
  let code: number = EXIT.done, ended = 0, begun = false;
  try {
    const train = (some: readonly PlannedRun[]) =>
      parallel
        ? parallelEvents(some, sweep, options, environment, stop.signal)
        : sweepHere(some, shared, (error) => reporter.note(error.message));
    for await (const shown of inRounds(runs, { stopping, store, experiment, train, stop: stop.signal })) {
      if (shown.event.type === "start") begun = true, stop.protect();
      if (shown.event.type === "end") ended++;
      if (shown.event.type === "end" && !endedWell(shown.event.record, stopping?.rule)) code = EXIT.failed;
      reporter.show(shown);
    }
  } catch (error) {
    // Once a run has begun, what goes wrong is not a mistake in the command.
    const told = error instanceof Error && /^Cannot /.test(error.message);
    if (begun && told && !(error instanceof MissingDataError || error instanceof RunBusyError)) {
      throw new RunError(error.message, { cause: error });
    }
    throw error;
  } finally {
    reporter.close();
    stop.dispose();
    library?.close();
    pool?.close();
  }
  // Runs that neither ended nor were stopped are those that another process trains: the same command goes on later.
  return stop.signal.aborted || (code === EXIT.done && ended < runs.length) ? EXIT.interrupted : code;
}

/** Whether a run completed, or was stopped early by the plan's own rule. */
function endedWell(record: RunRecord, rule: string | undefined): boolean {
  return record.status === "completed" || record.status === "stopped" && isFinal(record, rule);
}

/** The library of matrix products that the flags ask for. */
async function loadLibrary({ blas, threads }: TrainingOptions): Promise<Library | undefined> {
  return blas === "none" ? undefined : await loadBlas(threads === undefined ? {} : { threads });
}

/** Whether the flags leave room for a library: not with our own kernels, nor on a backend named that has none. */
function usesLibrary({ blas, backend }: ComputeFlags): boolean {
  return blas !== "none" && backend !== "webgpu" && backend !== "cpu";
}

/** Flags that say where products are computed. */
type ComputeFlags = Pick<TrainingOptions, "threads" | "blas" | "backend">;

/** Refuses `--threads` where it would do nothing, or harm. */
export function checkThreads(options: ComputeFlags): void {
  const { threads, blas, backend } = options, cores = navigator.hardwareConcurrency;
  if (threads === undefined) return;
  if (!usesLibrary(options)) {
    const flag = blas === "none" ? "--blas none" : `--backend ${backend}`;
    throw new UsageError(`Cannot use --threads with ${flag}: no library multiplies there; leave --threads out`);
  }
  if (threads > cores) {
    throw new UsageError(
      `Cannot use --threads ${threads}: this machine has ${cores} cores, at most ${cores} is wanted`,
    );
  }
}

/** Threads of each of several processes, so that all of them together have one a processor. */
function threadsOf({ threads, jobs }: TrainingOptions): number {
  return threads ?? Math.max(1, Math.floor(navigator.hardwareConcurrency / jobs!));
}

/** Runs in child processes, each the command `run --child` for one run. */
async function* parallelEvents(
  runs: readonly PlannedRun[],
  sweep: TrainedSweep,
  options: TrainingOptions,
  environment: Environment,
  stop: AbortSignal,
): AsyncGenerator<SweepEvent> {
  const cli = new URL("../cli.ts", import.meta.url), project = new URL("..", import.meta.url);
  if (cli.protocol !== "file:") {
    throw new UsageError("Cannot run several jobs from a remote module: clone the repository, or leave --jobs out");
  }
  const plan = sweep.planPath ?? await sweep.store.writeVariant(sweep.frozen!);
  const index = new Map(sweep.frozen!.runs.map(({ id }, i) => [id, i]));
  const modules = sweep.frozen!.plugins.map(({ module }) => module).filter((module) => !module.startsWith("npm:"));
  const paths = [decodeURIComponent(project.pathname), options.data, options.out, plan, ...modules];
  const flags = await childFlags({ read: paths, write: [options.out] });
  const config = decodeURIComponent(new URL("../deno.json", import.meta.url).pathname);
  yield* runJobs(runs, {
    jobs: options.jobs!,
    command: await denoCommand(),
    args: ({ id }) => [
      "run",
      ...flags,
      `--config=${config}`,
      decodeURIComponent(cli.pathname),
      "run",
      `--plan=${plan}`,
      `--index=${index.get(id)}`,
      ...options.allowDrift ? ["--allow-drift"] : [],
      "--child",
      "--json",
      `--blas=${options.blas ?? "auto"}`,
      `--workers=${workersOfJobs(options)}`,
      ...options.cache === undefined ? [] : [`--cache=${options.cache}`],
      ...usesLibrary(options) ? [`--threads=${threadsOf(options)}`] : [],
      `--data=${options.data}`,
      `--out=${options.out}`,
    ],
    died: async (planned, error, startedAt) => {
      const { experiment, plugins } = sweep;
      const finishedAt = new Date().toISOString();
      const record = failedRecord({ planned, experiment, plugins, environment, error, startedAt, finishedAt });
      return { type: "end", record: await writeUnlessFinal(record, sweep.store, ruleOf(sweep)) };
    },
    stop,
  });
}

/** Writes the record of a run that failed, unless another process trains it or has a final record of it. */
async function writeUnlessFinal(
  record: RunRecord,
  store: Sweep["store"],
  rule: string | undefined,
): Promise<RunRecord> {
  const folder = await store.folder(record.experiment, record.id);
  try {
    await folder.claim();
  } catch (error) {
    if (error instanceof RunBusyError) return record;
    throw error;
  }
  try {
    const standing = await folder.readRecord();
    if (isFinal(standing, rule)) return standing!;
    await folder.writeRecord(record);
    return record;
  } finally {
    await folder.release();
  }
}

async function stopAtEndOfInput(request: () => void): Promise<void> {
  try {
    for await (const _ of Deno.stdin.readable);
  } finally {
    request();
  }
}
