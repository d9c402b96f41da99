/**
 * Where each run of a plan stands.
 *
 * @module
 */
import { readCheckpointHeader } from "../experiments/checkpoint_header.ts";
import { exitOf, journalsOf, type LastLaunch, lastLaunches } from "../experiments/launch/folder.ts";
import { accountingArguments, isActive, parseAccounting, type QueuedTask } from "../experiments/launch/queue.ts";
import type { RunRecord } from "../experiments/record.ts";
import type { FrozenPlan, RunFolder, RunSummary, Store } from "../experiments/store.ts";
import { holderOf } from "../experiments/store/holder.ts";
import { ruleOf } from "../experiments/stopping/rule.ts";
import { isFinal } from "../experiments/sweep.ts";
import type { Processes } from "./launch/processes.ts";
import { askQueue } from "./launch/queue.ts";

/**
 * Where a run stands. `waiting`: nobody has begun it; `interrupted`: it has a checkpoint to go on from; `diverged`: it ended
 * without figures, and would again.
 */
export type RunState = "done" | "diverged" | "failed" | "running" | "queued" | "interrupted" | "waiting";

/** One run. */
export interface RunStatus {
  /** Position in the plan. */
  readonly index: number;
  readonly id: string;
  readonly row: string;
  readonly seed: number;
  readonly state: RunState;
  /** Status of its record. */
  readonly record?: RunRecord["status"];
  /** What its record says went wrong. */
  readonly error?: string;
  /** Last step in its history, and how many there will be. */
  readonly step?: number;
  readonly steps: number;
  /** Step of its checkpoint, from which it would go on; 0 where it would begin again. Of runs that were begun and await more. */
  readonly from?: number;
  /** Seconds since its history was written to. */
  readonly age?: number;
  /** Process that trains it. */
  readonly holder?: string;
  /** Slurm's name of its last task, such as `12_3`, with Slurm's state and reason. */
  readonly job?: string;
  readonly slurm?: string;
  readonly reason?: string;
  /** Status that this task ended with, and its log. */
  readonly exit?: number;
  readonly log?: string;
  /** What of its folder cannot be read. */
  readonly problem?: string;
}

/** A sweep. */
export interface SweepStatus {
  readonly experiment: string;
  /** Digest of the plan. */
  readonly plan: string;
  /** Runs in each state. */
  readonly counts: Readonly<Record<RunState, number>>;
  readonly runs: readonly RunStatus[];
  /** Whether runs were handed to Slurm and its queue could not be asked. */
  readonly unasked: boolean;
  /** Records that cannot be read. */
  readonly problems: readonly string[];
}

/**
 * Looks at records, checkpoints, locks and Slurm's queue.
 *
 * @param experiment Name of its folder, which may have been copied or renamed since the plan was made.
 */
export async function readStatus(
  { store, experiment }: { readonly store: Store; readonly experiment: string },
  plan: FrozenPlan,
  { processes, now }: { readonly processes: Processes; readonly now: number },
): Promise<SweepStatus> {
  const { records, problems } = await store.summaries(experiment);
  const byId = new Map(records.map((record) => [record.id, record]));
  const last = lastLaunches(await journalsOf(store.root, experiment));
  const tasks = last.size === 0 ? [] : await askQueue(store.root, experiment, processes);
  const queued = new Map((tasks ?? []).flatMap((task) => task.id === null ? [] : [[task.id, task] as const]));
  const ended = await askAccounting([...last.values()], processes);
  const steps = new Map(plan.rows.map(({ label, run }) => [label, run.train.steps]));
  const runs: RunStatus[] = [];
  for (const [index, { id, row, seed }] of plan.runs.entries()) {
    const record = byId.get(id), launch = last.get(id);
    const known = { index, id, row, seed, steps: steps.get(row) ?? 0 };
    if (isFinal(record, ruleOf(plan))) {
      const { status, error } = record!;
      runs.push({
        ...known,
        state: status === "diverged" ? status : "done",
        record: status,
        ...error ? { error } : {},
      });
      continue;
    }
    const job = launch?.submission.job ? `${launch.submission.job}_${launch.task}` : undefined;
    const task = queued.get(id) ?? (job === undefined ? undefined : ended.get(job));
    const folder = await store.folder(experiment, id);
    const holder = await holderOf(folder.path), exit = launch && await exitOf(launch);
    const state = stateOf({ record, task, holder, checkpoint: await folder.hasCheckpoint() });
    const progress = await progressOf(folder, now), idle = state === "waiting" || state === "interrupted";
    runs.push({
      ...known,
      state,
      ...record && state === "failed" ? { record: record.status, ...record.error ? { error: record.error } : {} } : {},
      ...progress,
      ...idle && progress.step !== undefined ? { from: await checkpointStep(folder.path) } : {},
      ...holder === undefined ? {} : { holder },
      ...job === undefined ? {} : { job, log: `${launch!.folder}/${job}.out` },
      ...task === undefined ? {} : { slurm: task.state, ...task.reason ? { reason: task.reason } : {} },
      ...exit === undefined ? {} : { exit },
    });
  }
  const counts = { done: 0, diverged: 0, failed: 0, running: 0, queued: 0, interrupted: 0, waiting: 0 };
  for (const { state } of runs) counts[state]++;
  return { experiment, plan: plan.digest, counts, runs, unasked: tasks === undefined, problems };
}

/** Where a run without a final record stands. */
export function stateOf({ record, task, holder, checkpoint }: {
  readonly record: RunSummary | undefined;
  readonly task: QueuedTask | undefined;
  readonly holder: string | undefined;
  readonly checkpoint: boolean;
}): RunState {
  if (holder !== undefined) return "running";
  if (task && isActive(task)) return task.state === "RUNNING" || task.state === "COMPLETING" ? "running" : "queued";
  // A run that another rule stopped goes on from its checkpoint.
  if (record && record.status !== "stopped") return "failed";
  return checkpoint ? "interrupted" : "waiting";
}

/** How tasks ended that Slurm's queue no longer has; empty where there is no accounting. */
async function askAccounting(
  launches: readonly LastLaunch[],
  processes: Processes,
): Promise<Map<string, QueuedTask>> {
  const jobs = [...new Set(launches.flatMap(({ submission: { job } }) => job === null ? [] : [job]))];
  const answer = jobs.length === 0 ? undefined : await processes("sacct", accountingArguments(jobs));
  if (answer === undefined || answer.code !== 0) return new Map();
  return new Map(parseAccounting(answer.out).map((task) => [`${task.job}_${task.task}`, task]));
}

/** Step of the newest checkpoint that can be read; 0 where there is none. */
async function checkpointStep(path: string): Promise<number> {
  const header = await readCheckpointHeader(path) ?? await readCheckpointHeader(path, "previous");
  return header?.step ?? 0;
}

async function progressOf(folder: RunFolder, now: number): Promise<Pick<RunStatus, "step" | "age" | "problem">> {
  let history;
  try {
    history = await folder.readHistory();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: error.message };
  }
  const last = history.flatMap(({ step }) => typeof step === "number" ? [step] : []).at(-1);
  if (last === undefined) return {};
  const { mtime } = await Deno.stat(`${folder.path}/history.jsonl`);
  return { step: last, ...mtime ? { age: Math.max(0, Math.round((now - mtime.getTime()) / 1000)) } : {} };
}
