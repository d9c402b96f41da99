/**
 * The commands that a scheduler starts: `run --plan P --index I` for each run, and `collate --plan P`.
 *
 * @module
 */
import { MOST_WORKERS } from "../../experiments/decode_pool.ts";
import { childFlags, denoCommand } from "../../experiments/child_flags.ts";
import { UsageError } from "../exit.ts";
import { sinkHosts } from "../sinks.ts";
import { threadFlags } from "../threads.ts";
import { trustFlags } from "../trust.ts";
import type { Sweep } from "../load.ts";
import type { LaunchOptions } from "./options.ts";
import type { Processes } from "./processes.ts";

/** Words of the two commands. */
export interface Commands {
  /** The command that trains; `--index` is still to be added. */
  readonly run: readonly string[];
  /** The command that prints the table. */
  readonly collate: readonly string[];
}

/** Where the program is. */
export interface Program {
  /** The command that starts Deno. */
  readonly deno: string;
  /** Folder of this program. */
  readonly folder: string;
}

/**
 * The commands for a plan. They get the permissions that this process has and a run needs, of the network the hosts of its
 * sinks alone, and load nothing that is not in Deno's cache.
 */
export async function commandsFor(
  sweep: Pick<Sweep, "frozen" | "output" | "registries">,
  plan: string,
  options: LaunchOptions,
  { deno, folder }: Program,
): Promise<Commands> {
  const { data, out, blas = "auto", cache, cpus = 1 } = options;
  const modules = sweep.frozen!.plugins.map(({ module }) => module).filter((module) => !module.startsWith("npm:"));
  const flags = await childFlags({ read: [folder, data, out, plan, ...modules], write: [out], net: sinkHosts(sweep) });
  const begin = (flags: readonly string[]) => [
    deno,
    "run",
    ...flags,
    "--cached-only",
    "--frozen",
    `--config=${folder}/deno.json`,
    `${folder}/cli.ts`,
  ];
  const given = [`--plan=${plan}`, `--data=${data}`, `--out=${out}`, ...trustFlags(sweep.frozen!, data)];
  const narrow = flags.filter((flag) => !/^--allow-(?:run|sys|ffi|env|net)\b/.test(flag));
  return {
    run: [
      ...begin(flags),
      "run",
      ...given,
      `--blas=${blas}`,
      ...threadFlags(options, cpus),
      `--workers=${options.workers ?? Math.min(cpus - 1, MOST_WORKERS)}`,
      ...options.log === false ? ["--no-log"] : [],
      ...cache === undefined ? [] : [`--cache=${cache}`],
    ],
    collate: [...begin(narrow), "collate", ...given],
  };
}

/** This program, as other nodes of the cluster find it on a shared disk. */
export function programHere(): Program {
  const folder = new URL("../..", import.meta.url);
  if (folder.protocol !== "file:") {
    throw new UsageError("Cannot launch from a remote module: clone the repository to a disk that all nodes see");
  }
  return { deno: Deno.execPath(), folder: decodeURIComponent(folder.pathname).replace(/\/$/, "") };
}

/** Variables that jobs need: where Deno keeps the packages, which Slurm's environment need not say. */
export async function environmentHere(processes: Processes): Promise<Record<string, string>> {
  const answer = await processes(await denoCommand(), ["info", "--json"]);
  const env = { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  try {
    const { denoDir } = JSON.parse(answer?.out ?? "");
    return typeof denoDir === "string" ? { DENO_DIR: denoDir, ...env } : env;
  } catch {
    return env;
  }
}
