/**
 * What Slurm says of jobs: the answers of `squeue` and `sacct` as data.
 *
 * @module
 */

/** A task of an array, or a job that is none. */
export interface QueuedTask {
  /** Id of the job; that of the array for a task. */
  readonly job: string;
  /** Number of the task; `null` for a job that is no array. */
  readonly task: number | null;
  /** Name of the job; empty where it was not asked for. */
  readonly name: string;
  /** State as Slurm writes it: `PENDING`, `RUNNING`, `TIMEOUT`, … */
  readonly state: string;
  /** Why it waits, or empty. */
  readonly reason: string;
}

/** States from which a job does not come back by itself. */
const ENDED: readonly string[] = [
  "BOOT_FAIL",
  "CANCELLED",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "LAUNCH_FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "RECONFIG_FAIL",
  "REVOKED",
  "TIMEOUT",
];

/** Whether Slurm still has something to do for a task. */
export function isActive({ state }: Pick<QueuedTask, "state">): boolean {
  return !ENDED.includes(state);
}

/** Arguments of `squeue` that list the jobs of these names, one task a line, also those that ended a while ago. */
export function queueArguments(names: readonly string[]): string[] {
  return ["--noheader", "--array", "--states=all", `--name=${names.join(",")}`, "--format=%F|%K|%T|%j|%r"];
}

/** Parses what {@link queueArguments} gives; other lines are left out. */
export function parseQueue(text: string): QueuedTask[] {
  return text.split("\n").flatMap((line) => {
    const [, job, task, state, name = "", reason = ""] =
      /^\s*(\d+)\|(\d+|N\/A)\|([A-Z_]+)\|([^|]*)\|(.*)$/.exec(line) ?? [];
    if (job === undefined) return [];
    const number = task === "N/A" ? null : Number(task);
    return [{ job, task: number, name, state: state!, reason: reason.trim().replace(/^None$/, "") }];
  });
}

/** Arguments of `sacct` that tell how these jobs ended. */
export function accountingArguments(jobs: readonly string[]): string[] {
  return ["--noheader", "--parsable2", "--allocations", "--format=JobID,State", `--jobs=${jobs.join(",")}`];
}

/** Parses what {@link accountingArguments} gives; a state such as `CANCELLED by 1000` keeps its first word. */
export function parseAccounting(text: string): QueuedTask[] {
  return text.split("\n").flatMap((line) => {
    const [, job, task, state] = /^(\d+)(?:_(\d+))?\|([A-Z_]+)/.exec(line) ?? [];
    const number = task === undefined ? null : Number(task);
    return job === undefined ? [] : [{ job, task: number, name: "", state: state!, reason: "" }];
  });
}

/** `MaxArraySize` in the answer of `scontrol show config`; Slurm's default where it does not say. */
export function maxArraySize(config: string): number {
  const [, size] = /^MaxArraySize\s*=\s*(\d+)/m.exec(config) ?? [];
  return size === undefined || Number(size) < 1 ? 1001 : Number(size);
}
