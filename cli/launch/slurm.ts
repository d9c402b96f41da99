/**
 * `ablate M --launcher slurm`: submits an array of the missing runs, and a job that collates after it.
 *
 * @module
 */
import { exitOf, journalsOf, lastLaunches, type LaunchFolder, launchFolder } from "../../experiments/launch/folder.ts";
import type { Journal, Submission } from "../../experiments/launch/journal.ts";
import { isActive, maxArraySize } from "../../experiments/launch/queue.ts";
import { chunks, ranges } from "../../experiments/launch/ranges.ts";
import { arrayScript, collateScript } from "../../experiments/launch/slurm.ts";
import { shellWord } from "../../experiments/launch/quote.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../exit.ts";
import { commandsFor, environmentHere, programHere } from "./command.ts";
import { type LaunchOptions, slurmResources } from "./options.ts";
import type { Processes } from "./processes.ts";
import { askQueue, recover } from "./queue.ts";
import type { LaunchedSweep } from "./launch.ts";
import { dependency, type Script, submitAll } from "./submit.ts";

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
    if (queue === undefined && !options.dryRun) throw noSlurm("squeue");
    const running = (queue ?? []).filter(isActive), active = new Set(running.map(({ id }) => id));
    const wanted = todo.filter((at) => !active.has(frozen.runs[at]!.id));
    say(
      `${experiment}: ${frozen.runs.length} runs, ${frozen.runs.length - todo.length} done, ` +
        `${todo.length - wanted.length} queued or running, ${wanted.length} to submit`,
    );
    const others = [...new Set(running.filter(({ id }) => id !== null).map(({ job }) => job))];
    const collating = running.some(({ id, folder: at }) => id === null && at === folder.path);
    const queued = todo.filter((at) => active.has(frozen.runs[at]!.id));
    const { journal, found, unknown } = recover(await folder.journal(), queue ?? []);
    for (const { name, job } of found) say(`Slurm has ${name} as job ${job}, though sbatch did not say so`);
    if (found.length > 0 && !options.dryRun) await folder.note(journal);
    if (wanted.length === 0 && collating) return tell({ queued, submitted: [] });
    await tellRefused(sweep, wanted, say);
    tellUnknown(frozen, wanted, { journal, unknown, folder: folder.path, say });
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

/**
 * Asks the cluster before anything is written.
 *
 * @throws {UsageError} if runs cannot be submitted from here.
 */
export async function checkSlurm(
  { store, experiment }: Pick<LaunchedSweep, "store" | "experiment">,
  processes: Processes,
): Promise<void> {
  if ((await processes("sbatch", ["--version"]))?.code !== 0) throw noSlurm("sbatch");
  if (await askQueue(store.root, experiment, processes) === undefined) throw noSlurm("squeue");
}

function noSlurm(program: string): UsageError {
  return new UsageError(
    `Cannot submit: "${program}" is not there, may not be started (--allow-run=${program}) or gets no answer; ` +
      "submit on a machine of the cluster, or look at the scripts with --dry-run",
  );
}

/** Says which runs are submitted again, because Slurm knows nothing of the submission that failed. */
function tellUnknown(
  { runs }: LaunchedSweep["frozen"],
  wanted: readonly number[],
  { journal, unknown, folder, say }: {
    readonly journal: Journal;
    readonly unknown: readonly Submission[];
    readonly folder: string;
    readonly say: (text: string) => unknown;
  },
): void {
  const last = lastLaunches([{ folder, journal }]);
  for (const submission of unknown) {
    const again = wanted.filter((at) => last.get(runs[at]!.id)?.submission === submission);
    if (again.length > 0) say(`Slurm knows nothing of ${submission.name}: runs ${ranges(again)} are submitted again`);
  }
}

/** The script of each chunk, and the one that collates. */
async function writeScripts(
  { experiment, frozen, planPath, output, registries }: LaunchedSweep,
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
  const commands = await commandsFor({ frozen, output, registries }, planPath, options, programHere());
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
    const { folder, task, submission: { job } } = launch!;
    const log = job === null ? `logs in ${folder}` : `${folder}/${job}_${task}.out`;
    say(`Run ${at} ended with status ${code} last time, ${why}: ${log}`);
  }
}
