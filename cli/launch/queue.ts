/**
 * What Slurm has of an experiment's launches.
 *
 * @module
 */
import { journalsOf } from "../../experiments/launch/folder.ts";
import type { Journal } from "../../experiments/launch/journal.ts";
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
 * A journal in which every submission has its job. One without was cut off: Slurm knows the job by its name, or has
 * never got it.
 */
export function recover(journal: Journal, tasks: readonly QueuedTask[]): Journal {
  const jobs = new Map(tasks.map(({ name, job }) => [name, job]));
  const submissions = journal.submissions.flatMap((one) => {
    const job = one.job ?? jobs.get(one.name);
    return job === undefined ? [] : [{ ...one, job }];
  });
  return { ...journal, submissions };
}
