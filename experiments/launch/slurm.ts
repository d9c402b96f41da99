/**
 * Job scripts for Slurm: an array that trains the runs of a frozen plan, and a job that collates it.
 *
 * @module
 */
import { outputPath, sbatchLine, shellWord } from "./quote.ts";
import { ranges } from "./ranges.ts";
import type { Chunk } from "./ranges.ts";

/** What jobs ask of Slurm. */
export interface SlurmResources {
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  /** Time limit of a run, as Slurm writes it. */
  readonly time?: string;
  /** Generic resources of a run, such as `gpu:1`. */
  readonly gres?: string;
  /** Processors of a run. */
  readonly cpus: number;
  /** Memory of a run, as Slurm writes it. */
  readonly mem?: string;
  /** Runs at a time. */
  readonly arrayLimit?: number;
  /** Further options of `sbatch`, for the array and for the job that collates; without a value where it is a switch. */
  readonly extra: readonly (readonly [name: string, value: string | undefined])[];
}

/** What a script is written from. */
export interface ScriptOptions {
  /** Name of the job. */
  readonly name: string;
  /** What the script is for, one line. */
  readonly title: string;
  /** Folder of logs and exit statuses. */
  readonly folder: string;
  /** Words of the command, without `--index`. */
  readonly command: readonly string[];
  /** Environment variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly resources: SlurmResources;
  /** Whether runs wait for one another, so that one which stops is not put back into the queue at once. */
  readonly waits?: boolean;
}

/** Seconds before the time limit at which a run is told to stop; Slurm may be a minute early. */
export const SIGNAL_LEAD = 120;
/** Times that a run which stopped with its work saved is put back into the queue. */
export const MOST_RESTARTS = 100;

const REQUEUE = [
  "# 75: stopped with a checkpoint. Where users may not requeue, submit again: the run goes on from there.",
  `if [ "$status" = 75 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${MOST_RESTARTS} ]; then`,
  '  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
  "fi",
];

/** `--array` of a chunk. */
export function arrayOf({ offset, positions }: Chunk, limit?: number): string {
  return ranges(positions.map((at) => at - offset)) + (limit === undefined ? "" : `%${limit}`);
}

/**
 * The script of an array. Runs are started by `srun`, because Slurm's signal goes to job steps, and a shell would not
 * hand it on. The status of every run is left in `<folder>/<position>.exit`.
 *
 * @throws {RangeError} if a name or path cannot be written into a script.
 */
export function arrayScript(chunk: Chunk, options: ScriptOptions): string {
  const { name, title, folder, command, env, resources, waits = false } = options;
  const { time, gres, cpus, mem, arrayLimit } = resources;
  return [
    "#!/bin/bash",
    comment(title),
    sbatchLine("job-name", name),
    sbatchLine("array", arrayOf(chunk, arrayLimit)),
    ...common(resources),
    ...time === undefined ? [] : [sbatchLine("time", time)],
    ...gres === undefined ? [] : [sbatchLine("gres", gres)],
    sbatchLine("ntasks", "1"),
    sbatchLine("cpus-per-task", String(cpus)),
    ...mem === undefined ? [] : [sbatchLine("mem", mem)],
    sbatchLine("requeue"),
    sbatchLine("open-mode", "append"),
    sbatchLine("output", `${outputPath(folder)}/%A_%a.out`),
    sbatchLine("signal", `TERM@${SIGNAL_LEAD}`),
    "",
    ...exports(env),
    `index=$((SLURM_ARRAY_TASK_ID + ${chunk.offset}))`,
    `srun --unbuffered --cpus-per-task=${cpus} \\`,
    `  ${command.map(shellWord).join(" ")} --index="$index"`,
    "status=$?",
    `printf '%s\\n' "$status" > ${shellWord(folder)}/"$index".exit`,
    ...waits ? ["# 75: stopped with a checkpoint, or waits for others: submit again when all have ended."] : REQUEUE,
    'exit "$status"',
    "",
  ].join("\n");
}

/**
 * The script of the job that collates, whose output is the table.
 *
 * @throws {RangeError} if a name or path cannot be written into a script.
 */
export function collateScript({ name, title, folder, command, env, resources }: ScriptOptions): string {
  return [
    "#!/bin/bash",
    comment(title),
    sbatchLine("job-name", name),
    ...common(resources),
    sbatchLine("time", "00:10:00"),
    sbatchLine("ntasks", "1"),
    sbatchLine("requeue"),
    sbatchLine("open-mode", "truncate"),
    sbatchLine("output", `${outputPath(folder)}/collate.out`),
    "",
    ...exports(env),
    `exec ${command.map(shellWord).join(" ")}`,
    "",
  ].join("\n");
}

/** Arguments that make `sbatch` start a job after others, however they end. */
export function afterAny(jobs: readonly string[]): string[] {
  return jobs.length === 0 ? [] : [`--dependency=afterany:${jobs.join(":")}`, "--kill-on-invalid-dep=yes"];
}

/**
 * Seconds of a time limit: `MM`, `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM`, `D-HH:MM:SS`; `undefined` for another text,
 * such as `UNLIMITED`.
 */
export function secondsOf(time: string): number | undefined {
  const [, days, rest = ""] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(time) ?? [];
  if (rest === "") return undefined;
  const parts = rest.split(":").map(Number), [a = 0, b = 0, c = 0] = parts;
  if (days !== undefined) return Number(days) * 86400 + a * 3600 + b * 60 + c;
  return parts.length === 3 ? a * 3600 + b * 60 + c : a * 60 + b;
}

function common({ partition, account, qos, extra }: SlurmResources): string[] {
  return [
    ...partition === undefined ? [] : [sbatchLine("partition", partition)],
    ...account === undefined ? [] : [sbatchLine("account", account)],
    ...qos === undefined ? [] : [sbatchLine("qos", qos)],
    ...extra.map(([name, value]) => sbatchLine(name, value)),
  ];
}

function exports(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `export ${name}=${shellWord(value)}`);
}

function comment(text: string): string {
  return `# ${text.replaceAll(/[\n\r]/g, " ")}`;
}
