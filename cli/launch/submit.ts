/**
 * Hands scripts to `sbatch`, and notes down what became of them.
 *
 * @module
 */
import type { LaunchFolder } from "../../experiments/launch/folder.ts";
import type { Journal, Submission } from "../../experiments/launch/journal.ts";
import { type Chunk, ranges } from "../../experiments/launch/ranges.ts";
import { afterAny } from "../../experiments/launch/slurm.ts";
import { RunError } from "../exit.ts";
import type { LaunchedSweep } from "./launch.ts";
import type { LaunchOptions } from "./options.ts";
import type { Processes } from "./processes.ts";

/** A script that is to be submitted. */
export interface Script {
  readonly file: string;
  readonly name: string;
  readonly text: string;
  readonly chunk?: Chunk;
}

/** Submits scripts; each is noted down before and after, so that nothing is lost when this process ends in between. */
export async function submitAll(
  scripts: readonly Script[],
  { folder, journal, options, processes, others, say, frozen }: {
    readonly folder: LaunchFolder;
    readonly journal: Journal;
    readonly options: LaunchOptions;
    readonly processes: Processes;
    readonly others: readonly string[];
    readonly say: (text: string) => unknown;
    readonly frozen: LaunchedSweep["frozen"];
  },
): Promise<{ readonly job: string; readonly runs: readonly number[] }[]> {
  let submissions = journal.submissions;
  const jobs: string[] = [], told: { readonly job: string; readonly runs: readonly number[] }[] = [];
  for (const { file, name, text, chunk } of scripts) {
    const path = await folder.write(file, text);
    const entry: Submission = {
      name,
      job: null,
      offset: chunk?.offset ?? 0,
      runs: chunk?.positions.map((index) => ({ index, id: frozen.runs[index]!.id })) ?? [],
      submittedAt: new Date().toISOString(),
    };
    await folder.note({ ...journal, submissions: [...submissions, entry] });
    const args = ["--parsable", ...dependency({ chunk, jobs, others }, options), path];
    const answer = await processes("sbatch", args);
    const [, job] = /^(\d+)(?:;|$)/m.exec(answer?.out ?? "") ?? [];
    if (answer?.code !== 0 || job === undefined) {
      // What was not started has submitted nothing; what answered badly, after a timeout say, may have.
      if (!answer) await folder.note({ ...journal, submissions });
      const why = answer
        ? (answer.err || answer.out).trim() || `status ${answer.code}`
        : "it is not there, or may not be started";
      const before = jobs.length > 0 ? ` (submitted before: ${jobs.join(", ")})` : "";
      const next = answer ? `asks squeue whether Slurm has taken "${name}" all the same, and ` : "";
      throw new RunError(
        `Cannot submit ${path}: sbatch says: ${why}${before}; the same command ${next}submits what is left`,
      );
    }
    submissions = [...submissions, { ...entry, job }];
    await folder.note({ ...journal, submissions });
    jobs.push(job);
    told.push({ job, runs: chunk?.positions ?? [] });
    say(chunk ? `Submitted runs ${ranges(chunk.positions)} as job ${job}` : `Submitted the table as job ${job}`);
  }
  return told;
}

/** A chunk waits for the one before where a limit holds for all of them together; the table waits for all. */
export function dependency(
  { chunk, jobs, others }: {
    readonly chunk?: Chunk | undefined;
    readonly jobs: readonly string[];
    readonly others: readonly string[];
  },
  { arrayLimit }: LaunchOptions,
): string[] {
  if (!chunk) return afterAny([...others, ...jobs]);
  return afterAny(arrayLimit === undefined ? [] : jobs.slice(-1));
}
