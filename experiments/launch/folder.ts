/**
 * `launch/<first 12 digits of the plan's digest>/` of an experiment: job scripts, logs, exit statuses and the journal.
 *
 * @module
 */
import { readTextIfThere, writeAtomically } from "../store/atomic.ts";
import { checkExperimentName, isRunId, within } from "../store/paths.ts";
import { type Journal, readJournal, type Submission, writeJournal } from "./journal.ts";

/** Another process submits the runs of this plan. */
export class LaunchBusyError extends Error {
  /** Name of the class. */
  override readonly name = "LaunchBusyError";
}

/** What was last submitted for a run. */
export interface LastLaunch {
  /** The submission. */
  readonly submission: Submission;
  /** Number of the run's task in it. */
  readonly task: number;
  /** Folder with its logs. */
  readonly folder: string;
}

/** The folder of one launch; nothing is made until {@link LaunchFolder.claim}. */
export class LaunchFolder {
  /** Path of the folder. */
  readonly path: string;
  readonly #digest: string;

  /** Use {@link launchFolder}, which checks the names. */
  constructor(path: string, digest: string) {
    this.path = path;
    this.#digest = digest;
  }

  /**
   * Makes the folder and holds it until the returned function is called or this process ends.
   *
   * @throws {LaunchBusyError} if another process holds it.
   */
  async claim(): Promise<() => void> {
    await Deno.mkdir(this.path, { recursive: true });
    const file = await Deno.open(await within(this.path, "lock"), { create: true, write: true });
    if (await file.tryLock(true)) return () => file.close();
    file.close();
    throw new LaunchBusyError(
      `Cannot submit: another process submits from ${this.path} now; try again when it is done`,
    );
  }

  /** What was submitted from this folder. */
  async journal(): Promise<Journal> {
    return await readJournal(await within(this.path, "jobs.json")) ??
      { schemaVersion: 1, digest: this.#digest, submissions: [] };
  }

  /** Notes down what was submitted. */
  async note(journal: Journal): Promise<void> {
    await writeJournal(await within(this.path, "jobs.json"), journal);
  }

  /** Writes a script or a description; gives its path. */
  async write(name: string, text: string): Promise<string> {
    const path = await within(this.path, name);
    await writeAtomically(path, text);
    return path;
  }

  /** Forgets how runs ended before. */
  async forgetExits(positions: readonly number[]): Promise<void> {
    for (const at of positions) {
      await Deno.remove(await within(this.path, `${at}.exit`)).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    }
  }
}

/** The folder for launches of a plan. */
export async function launchFolder(root: string, experiment: string, digest: string): Promise<LaunchFolder> {
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    throw new RangeError(`Cannot launch a plan with digest "${digest}": wanted 64 lower-case hexadecimal digits`);
  }
  return new LaunchFolder(await within(root, checkExperimentName(experiment), "launch", digest.slice(0, 12)), digest);
}

/** Every launch of an experiment, of whatever plan, each with its folder; the order is that of their digests. */
export async function journalsOf(
  root: string,
  experiment: string,
): Promise<{ readonly folder: string; readonly journal: Journal }[]> {
  const launches = await within(root, checkExperimentName(experiment), "launch"), names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(launches)) {
      if (isDirectory && isRunId(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const found = [];
  for (const name of names.sort()) {
    const folder = `${launches}/${name}`, journal = await readJournal(await within(folder, "jobs.json"));
    if (journal) found.push({ folder, journal });
  }
  return found;
}

/** The last submission of each run, by run id. */
export function lastLaunches(
  journals: readonly { readonly folder: string; readonly journal: Journal }[],
): Map<string, LastLaunch> {
  const all = journals.flatMap(({ folder, journal }) =>
    journal.submissions.map((submission) => ({ folder, submission }))
  ).sort((a, b) => a.submission.submittedAt < b.submission.submittedAt ? -1 : 1);
  return new Map(
    all.flatMap(({ folder, submission }) =>
      submission.runs.map(({ index, id }) => [id, { submission, task: index - submission.offset, folder }] as const)
    ),
  );
}

/** The status that a run of a launch last ended with, or `undefined` where its script has not noted one. */
export async function exitOf({ folder, submission, task }: LastLaunch): Promise<number | undefined> {
  const text = await readTextIfThere(await within(folder, `${task + submission.offset}.exit`));
  return text !== undefined && /^\d{1,3}\n?$/.test(text) ? Number(text) : undefined;
}
