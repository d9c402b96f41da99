/**
 * `ablate M --launcher slurm`: submits an array of the missing runs, and a job that collates after it.
 *
 * @module
 */
import { lastLaunches, type LaunchFolder, launchFolder } from "../../experiments/launch/folder.ts";
import { exitOf, journalsOf } from "../../experiments/launch/folder.ts";
import type { Journal, Submission } from "../../experiments/launch/journal.ts";
import { isActive, maxArraySize } from "../../experiments/launch/queue.ts";
import { type Chunk, chunks, ranges } from "../../experiments/launch/ranges.ts";
import { afterAny, arrayScript, collateScript } from "../../experiments/launch/slurm.ts";
import { shellWord } from "../../experiments/launch/quote.ts";
import type { Context } from "../context.ts";
import { RunError, UsageError } from "../exit.ts";
import { commandsFor, environmentHere, programHere } from "./command.ts";
import { type LaunchOptions, slurmResources } from "./options.ts";
import type { Processes } from "./processes.ts";
import { askQueue, recover } from "./queue.ts";
import type { LaunchedSweep } from "./launch.ts";

/** A script that is to be submitted. */
interface Script {
  readonly file: string;
  readonly name: string;
  readonly text: string;
  readonly chunk?: Chunk;
}

/** Submits what is missing and not queued; says what it did. */
export async function launchSlurm(
  sweep: LaunchedSweep,
  options: LaunchOptions,
  context: Context,
  processes: Processes,
): Promise<void> {
  const { experiment, frozen, store, todo } = sweep;
  const say = (text: string) => options.quiet || context.io.err(`${text}\n`);
  const tell = (event: Readonly<Record<string, unknown>>) => {
    if (options.json) {
      context.io.out(JSON.stringify({ type: "launch", experiment, plan: frozen.digest, ...event }) + "\n");
    }
  };
  if (todo.length === 0) {
    tell({ queued: [], submitted: [] });
    return void say(`${experiment}: all ${frozen.runs.length} runs are done, nothing to submit`);
  }
  const folder = await launchFolder(store.root, experiment, frozen.digest);
  const free = options.dryRun ? () => {} : await folder.claim();
  try {
    const queue = await askQueue(store.root, experiment, processes);
    if (queue === undefined && !options.dryRun) {
      throw new UsageError(
        'Cannot submit: "squeue" is not there, may not be started (--allow-run=squeue) or gets no answer; ' +
          "submit on a machine of the cluster, or look at the scripts with --dry-run",
      );
    }
    const running = (queue ?? []).filter(isActive), active = new Set(running.map(({ id }) => id));
    const wanted = todo.filter((at) => !active.has(frozen.runs[at]!.id));
    say(
      `${experiment}: ${frozen.runs.length} runs, ${frozen.runs.length - todo.length} done, ` +
        `${todo.length - wanted.length} queued or running, ${wanted.length} to submit`,
    );
    const others = [...new Set(running.filter(({ id }) => id !== null).map(({ job }) => job))];
    const collating = running.some(({ id, folder: at }) => id === null && at === folder.path);
    const queued = todo.filter((at) => active.has(frozen.runs[at]!.id));
    if (wanted.length === 0 && collating) return tell({ queued, submitted: [] });
    await tellRefused(sweep, wanted, say);
    const journal = recover(await folder.journal(), queue ?? []);
    const scripts = await writeScripts(sweep, wanted, { folder, journal, options, processes });
    if (options.dryRun) {
      if (options.json) tell({ queued, submitted: [], scripts: scripts.map(({ file, text }) => ({ file, text })) });
      else printScripts(scripts, folder, options, others, context);
      return void say("Nothing was written or submitted");
    }
    await folder.forgetExits(wanted);
    const submitted = await submitAll(scripts, { folder, journal, options, processes, others, say, frozen });
    tell({ queued, submitted, folder: folder.path });
    say(`The table, when they have ended: ${folder.path}/collate.out`);
    if (frozen.stopping?.rule === "halving") {
      const { rungs } = frozen.stopping;
      say(
        "Runs of one rung wait for one another: when the array has ended, give the same command again, " +
          `${rungs.length} ${rungs.length === 1 ? "time" : "times"} in all, until nothing is left to submit`,
      );
    }
    say(`How they are: deno task status ${shellWord(`${store.root}/${experiment}`)}`);
  } finally {
    free();
  }
}

/** The script of each chunk, and the one that collates. */
async function writeScripts(
  { experiment, frozen, planPath }: LaunchedSweep,
  wanted: readonly number[],
  { folder, journal, options, processes }: {
    readonly folder: LaunchFolder;
    readonly journal: Journal;
    readonly options: LaunchOptions;
    readonly processes: Processes;
  },
): Promise<Script[]> {
  const config = await processes("scontrol", ["show", "config"]);
  const env = await environmentHere(processes), resources = slurmResources(options);
  const commands = await commandsFor({ frozen }, planPath, options, programHere());
  const digest = frozen.digest.slice(0, 12);
  const shared = { folder: folder.path, env, resources };
  const from = journal.submissions.length, waits = frozen.stopping?.rule === "halving";
  const arrays = chunks(wanted, maxArraySize(config?.out ?? "")).map((chunk, i) => {
    const name = `${experiment}-${digest}-${from + i}`;
    const title = `Runs ${ranges(chunk.positions)} of plan ${digest} of ${experiment}.`;
    return {
      file: `array-${from + i}.sbatch`,
      name,
      chunk,
      text: arrayScript(chunk, { ...shared, name, title, waits, command: commands.run }),
    };
  });
  const name = `${experiment}-${digest}-${from + arrays.length}-collate`;
  const title = `The table of plan ${digest} of ${experiment}.`;
  const collate = {
    file: "collate.sbatch",
    name,
    text: collateScript({ ...shared, name, title, command: commands.collate }),
  };
  return [...arrays, collate];
}

/** Submits scripts; each is noted down before and after, so that nothing is lost when this process ends in between. */
async function submitAll(
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
      await folder.note({ ...journal, submissions });
      const why = answer
        ? (answer.err || answer.out).trim() || `status ${answer.code}`
        : "it is not there, or may not be started";
      const before = jobs.length > 0 ? ` (submitted before: ${jobs.join(", ")})` : "";
      throw new RunError(`Cannot submit ${path}: sbatch says: ${why}${before}; the same command submits what is left`);
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
function dependency(
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

function printScripts(
  scripts: readonly Script[],
  folder: LaunchFolder,
  options: LaunchOptions,
  others: readonly string[],
  { io }: Context,
): void {
  const jobs: string[] = [];
  for (const { file, text, chunk } of scripts) {
    const args = ["--parsable", ...dependency({ chunk, jobs, others }, options)];
    io.out(
      `==> ${folder.path}/${file}\n${text}\n$ sbatch ${args.join(" ")} ${shellWord(`${folder.path}/${file}`)}\n\n`,
    );
    jobs.push(`JOB${jobs.length + 1}`);
  }
}

/** Says which runs did not begin last time because of what they were given: they will not now, unless it is mended. */
async function tellRefused(
  { experiment, frozen, store }: LaunchedSweep,
  wanted: readonly number[],
  say: (text: string) => unknown,
): Promise<void> {
  const last = lastLaunches(await journalsOf(store.root, experiment));
  for (const at of wanted) {
    const launch = last.get(frozen.runs[at]!.id), code = launch && await exitOf(launch);
    if (code !== 2 && code !== 3) continue;
    const why = code === 3 ? "its data was missing or changed" : "its plan, arguments or program were refused";
    say(
      `Run ${at} ended with status ${code} last time, ${why}: ${launch!.folder}/${launch!.submission.job}_${
        launch!.task
      }.out`,
    );
  }
}
