/**
 * The flags of `ablate` that hand runs to a scheduler.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Claim } from "../../experiments/launch/kubernetes.ts";
import { secondsOf, SIGNAL_LEAD, type SlurmResources } from "../../experiments/launch/slurm.ts";
import { UsageError } from "../exit.ts";
import { positiveNumber } from "../options.ts";
import { checkThreads } from "../threads.ts";
import type { TrainingOptions } from "../training.ts";

/** What trains the runs. */
export type Launcher = "slurm" | "kubernetes";

/** The flags, as they were given. */
export interface LaunchOptions extends TrainingOptions {
  readonly launcher?: Launcher;
  readonly dryRun?: boolean;
  readonly arrayLimit?: number;
  readonly cpus?: number;
  readonly mem?: string;
  readonly gres?: string;
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  readonly time?: string;
  readonly sbatchArg?: readonly (readonly [name: string, value: string | undefined])[];
  readonly image?: string;
  readonly namespace?: string;
  readonly program?: string;
  readonly claim?: readonly Claim[];
}

/** Flags that mean something with a launcher, and with which. */
const FLAGS: Readonly<Record<string, readonly Launcher[]>> = {
  dryRun: ["slurm", "kubernetes"],
  arrayLimit: ["slurm", "kubernetes"],
  cpus: ["slurm", "kubernetes"],
  mem: ["slurm", "kubernetes"],
  gres: ["slurm", "kubernetes"],
  partition: ["slurm"],
  account: ["slurm"],
  qos: ["slurm"],
  time: ["slurm"],
  sbatchArg: ["slurm"],
  image: ["kubernetes"],
  namespace: ["kubernetes"],
  program: ["kubernetes"],
  claim: ["kubernetes"],
};

/** Options of `sbatch` that the scripts set themselves. */
const OWN: readonly string[] = [
  "array",
  "chdir",
  "cpus-per-task",
  "dependency",
  "error",
  "job-name",
  "kill-on-invalid-dep",
  "no-requeue",
  "ntasks",
  "open-mode",
  "output",
  "parsable",
  "requeue",
  "signal",
  "test-only",
  "wait",
  "wrap",
];

/** Adds the flags. */
export function withLaunchOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--launcher <name>", "hand the missing runs to a scheduler instead of training them here")
        .choices(["slurm", "kubernetes"]),
    )
    .option("--dry-run", "print the scripts and the commands; write and submit nothing")
    .option("--array-limit <n>", "runs at a time", positiveNumber)
    .option("--cpus <n>", "processors of a run; by default 1", positiveNumber)
    .option("--mem <size>", "memory of a run, as the scheduler writes it: 8G, 8Gi")
    .option("--gres <name:count>", "devices of a run: gpu:1 (Slurm), nvidia.com/gpu:1 (Kubernetes)")
    .option("--partition <name>", "Slurm: partition")
    .option("--account <name>", "Slurm: account")
    .option("--qos <name>", "Slurm: quality of service")
    .option(
      "--time <limit>",
      "Slurm: time limit of a run, such as 4:00:00; one that is reached goes on in the next",
      timeLimit,
    )
    .option(
      "--sbatch-arg <name=value>",
      "Slurm: another option of sbatch, such as constraint=a100; repeatable",
      sbatchArg,
    )
    .option("--image <name>", "Kubernetes: image that holds Deno, this program and its packages")
    .option("--namespace <name>", "Kubernetes: namespace")
    .option("--program <dir>", "Kubernetes: folder of the program in the image; by default /marginlab")
    .option("--claim <name:path>", "Kubernetes: volume claim, and where the pods see it; repeatable", claim);
}

/**
 * Refuses flags that would do nothing.
 *
 * @throws {UsageError} naming the flag.
 */
export function checkLaunchOptions(options: LaunchOptions): void {
  const { launcher, jobs, failFast, cpus = 1 } = options;
  for (const [name, launchers] of Object.entries(FLAGS)) {
    if (options[name as keyof LaunchOptions] === undefined) continue;
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (launcher === undefined) {
      throw new UsageError(`Cannot use ${flag} here: it is for --launcher ${launchers.join(" or --launcher ")}`);
    }
    if (!launchers.includes(launcher)) {
      throw new UsageError(`Cannot use ${flag} with --launcher ${launcher}: leave it out`);
    }
  }
  if (launcher === undefined) return;
  if (jobs !== undefined) {
    throw new UsageError(
      `Cannot use --jobs with --launcher ${launcher}: choose how many run at a time with --array-limit`,
    );
  }
  if (failFast) {
    const cancel = launcher === "slurm" ? "scancel" : "kubectl delete job";
    throw new UsageError(
      `Cannot use --fail-fast with --launcher ${launcher}: its runs know nothing of one another; leave it out, and stop ` +
        `them with "${cancel}" when "status" tells of a failure`,
    );
  }
  checkThreads(options, { cores: cpus, who: "a run", hint: "; give it more with --cpus" });
}

/** What the flags ask of Slurm. */
export function slurmResources({ cpus = 1, sbatchArg = [], ...options }: LaunchOptions): SlurmResources {
  const names = ["partition", "account", "qos", "time", "gres", "mem", "arrayLimit"] as const;
  const given = Object.fromEntries(names.flatMap((name) => options[name] === undefined ? [] : [[name, options[name]]]));
  return { ...given, cpus, extra: sbatchArg };
}

/** Refuses a limit in which a run would be told to stop before it has begun. */
function timeLimit(text: string): string {
  const seconds = secondsOf(text), least = 2 * SIGNAL_LEAD;
  if (seconds === undefined && !/^(?:unlimited|infinite)$/i.test(text)) {
    throw new InvalidArgumentError("Minutes, HH:MM:SS or DAYS-HH:MM:SS are wanted.");
  }
  if (seconds !== undefined && seconds <= least) {
    throw new InvalidArgumentError(
      `More than ${least / 60} minutes are wanted: runs are told to stop ${
        SIGNAL_LEAD / 60
      } to 3 minutes before the end.`,
    );
  }
  return text;
}

function sbatchArg(
  text: string,
  before: LaunchOptions["sbatchArg"] = [],
): NonNullable<LaunchOptions["sbatchArg"]> {
  const [, name, value] = /^(?:--)?([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("NAME=VALUE or NAME is wanted, such as constraint=a100.");
  if (OWN.includes(name)) throw new InvalidArgumentError(`The scripts set ${name} themselves.`);
  if (name in FLAGS) throw new InvalidArgumentError(`Give it as --${name}.`);
  return [...before, [name, value]];
}

function claim(text: string, before: readonly Claim[] = []): Claim[] {
  const [, name, path] = /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\/.*)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("NAME:PATH is wanted, such as sweeps:/marginlab/results.");
  return [...before, { name, path: path!.replace(/(?<=.)\/+$/, "") }];
}
