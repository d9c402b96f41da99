/**
 * What Slurm has of an experiment's launches.
 *
 * @module
 */
import { journalsOf } from "../../experiments/launch/folder.ts";
import type { Journal, Submission } from "../../experiments/launch/journal.ts";
import { parseQueue, queueArguments, type QueuedTask } from "../../experiments/launch/queue.ts";
import type { Processes } from "./processes.ts";

/** A job or task, with the run that it is for; `null` for one that collates. */
export interface LaunchedTask extends QueuedTask {
  readonly id: string | null;
  /** Folder of its launch. */
  readonly folder: string;
}

/** Tasks that Slurm knows, also those that ended a while ago; `undefined` where it cannot be asked. */
export async function askQueue(
  root: string,
  experiment: string,
  processes: Processes,
): Promise<LaunchedTask[] | undefined> {
  const journals = await journalsOf(root, experiment);
  const all = journals.flatMap(({ folder, journal }) =>
    journal.submissions.map((submission) => ({ ...submission, folder }))
  );
  const answer = await processes(
    "squeue",
    queueArguments(all.length === 0 ? [experiment] : all.map(({ name }) => name)),
  );
  if (answer === undefined || answer.code !== 0) return undefined;
  return parseQueue(answer.out).flatMap((task) => {
    const submission = all.find(({ job, name }) => job === null ? name === task.name : job === task.job);
    if (!submission) return [];
    const run = submission.runs.find(({ index }) => index - submission.offset === task.task);
    return submission.runs.length > 0 && !run ? [] : [{ ...task, id: run?.id ?? null, folder: submission.folder }];
  });
}

/**
 * The journal with the jobs of submissions that were cut off or that sbatch called failed, where Slurm has them by
 * their names; an entry of which it knows nothing stays, because its job may still turn up.
 */
export function recover(
  journal: Journal,
  tasks: readonly QueuedTask[],
): { readonly journal: Journal; readonly found: readonly Submission[]; readonly unknown: readonly Submission[] } {
  const jobs = new Map(tasks.map(({ name, job }) => [name, job]));
  const submissions = journal.submissions.map((one) => ({ ...one, job: one.job ?? jobs.get(one.name) ?? null }));
  const found = submissions.filter(({ job }, i) => job !== journal.submissions[i]!.job);
  return { journal: { ...journal, submissions }, found, unknown: submissions.filter(({ job }) => job === null) };
}
