/**
 * Runs in child processes, each the command `run --child` for one run of the plan.
 *
 * @module
 */
import { childFlags, denoCommand } from "../experiments/child_flags.ts";
import { failedRecord } from "../experiments/failed_record.ts";
import { type Crash, runJobs, type SweepEvent } from "../experiments/jobs.ts";
import type { Environment, RunRecord } from "../experiments/record.ts";
import type { PlannedRun } from "../experiments/resolved.ts";
import { RunBusyError } from "../experiments/store.ts";
import { ruleOf } from "../experiments/stopping/rule.ts";
import { isFinal } from "../experiments/sweep.ts";
import { workersOfJobs } from "./decoding.ts";
import { UsageError } from "./exit.ts";
import type { Sweep } from "./load.ts";
import { sinkHosts } from "./sinks.ts";
import { threadFlags, threadsOf } from "./threads.ts";
import type { TrainedSweep, TrainingOptions } from "./training.ts";
import { trustFlags } from "./trust.ts";

/** What children are started with, beside the flags. */
export interface ParallelOptions {
  /** The machine, for the records of children that die. */
  readonly environment: Environment;
  /** Aborted to stop with checkpoints. */
  readonly stop: AbortSignal;
  /** Aborted to end the children at once. */
  readonly kill: AbortSignal;
  /** Called with what is to be said of a run, beside its events. */
  readonly note: (planned: PlannedRun, text: string) => void;
}

/** Trains runs in child processes; one that dies has a record of status `failed`, and its log beside it. */
export async function* parallelEvents(
  runs: readonly PlannedRun[],
  sweep: TrainedSweep,
  options: TrainingOptions,
  { environment, ...signals }: ParallelOptions,
): AsyncGenerator<SweepEvent> {
  const cli = new URL("../cli.ts", import.meta.url), project = new URL("..", import.meta.url);
  if (cli.protocol !== "file:") {
    throw new UsageError("Cannot run several jobs from a remote module: clone the repository, or leave --jobs out");
  }
  const plan = sweep.planPath!;
  const index = new Map(sweep.frozen!.runs.map(({ id }, i) => [id, i]));
  const modules = sweep.frozen!.plugins.map(({ module }) => module).filter((module) => !module.startsWith("npm:"));
  const paths = [decodeURIComponent(project.pathname), options.data, options.out, plan, ...modules];
  const flags = await childFlags({ read: paths, write: [options.out], net: sinkHosts(sweep) });
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
      // Only a manifest of the user's own is trained in several processes.
      ...trustFlags(sweep.frozen!, options.data),
      "--child",
      ...options.log === false ? ["--no-log"] : [],
      "--json",
      `--blas=${options.blas ?? "auto"}`,
      `--workers=${workersOfJobs(options)}`,
      ...options.cache === undefined ? [] : [`--cache=${options.cache}`],
      ...threadFlags(options, threadsOf(options)),
      `--data=${options.data}`,
      `--out=${options.out}`,
    ],
    died: async (planned, crash) => {
      const { experiment, plugins } = sweep, { error, startedAt } = crash;
      const finishedAt = new Date().toISOString();
      const record = failedRecord({ planned, experiment, plugins, environment, error, startedAt, finishedAt });
      return { type: "end", record: await writeUnlessFinal(record, crash, sweep) };
    },
    ...signals,
  });
}

/** Writes the record of a run that failed, unless another process trains it or has a final record of it. */
async function writeUnlessFinal(record: RunRecord, { log }: Crash, sweep: Sweep): Promise<RunRecord> {
  const folder = await sweep.store.folder(record.experiment, record.id);
  try {
    await folder.claim();
  } catch (error) {
    if (error instanceof RunBusyError) return record;
    throw error;
  }
  try {
    const standing = await folder.readRecord();
    if (isFinal(standing, ruleOf(sweep))) return standing!;
    await folder.writeLog(log);
    await folder.writeRecord(record);
    return record;
  } finally {
    await folder.release();
  }
}
