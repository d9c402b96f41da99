/**
 * How a child process of this program is started: its command, and what it may do.
 *
 * @module
 */
import { BLAS_PATHS } from "./openblas.ts";

/** The command that starts this Deno again: its path where that may be run, else `deno` from the search path. */
export async function denoCommand(): Promise<string> {
  const path = Deno.execPath();
  const { state } = await Deno.permissions.query({ name: "run", command: path });
  return state === "granted" ? path : "deno";
}

/** What a child may do; see {@link childFlags}. */
export interface ChildNeeds {
  /** Paths that it reads. */
  readonly read: readonly string[];
  /** Paths that it writes. */
  readonly write: readonly string[];
  /** Hosts that its sinks connect to. */
  readonly net?: readonly string[];
}

/**
 * Permission flags of a child: what it needs, and never more than this process has. Where this process may read
 * everything, so may the child, because a plugin may import any file.
 */
export async function childFlags({ read, write, net = [] }: ChildNeeds): Promise<string[]> {
  const granted = async (descriptor: Deno.PermissionDescriptor) =>
    (await Deno.permissions.query(descriptor)).state === "granted";
  // The YAML package asks for two variables; a child that may not read them is told that they are not set.
  const flags = ["--quiet", "--no-prompt", "--ignore-env=LOG_TOKENS,LOG_STREAM"];
  flags.push(await granted({ name: "read" }) ? "--allow-read" : `--allow-read=${read.join(",")}`);
  flags.push(`--allow-write=${write.join(",")}`);
  const hosts: string[] = [];
  for (const host of net) if (await granted({ name: "net", host })) hosts.push(host);
  if (hosts.length > 0) flags.push(`--allow-net=${hosts.join(",")}`);
  if (await granted({ name: "env" })) flags.push("--allow-env");
  else if (await granted({ name: "env", variable: "XDG_RUNTIME_DIR" })) flags.push("--allow-env=XDG_RUNTIME_DIR");
  const libraries: string[] = [];
  for (const path of BLAS_PATHS) if (await granted({ name: "ffi", path })) libraries.push(path);
  if (libraries.length > 0) flags.push(`--allow-ffi=${libraries.join(",")}`);
  if (await granted({ name: "run", command: "git" })) flags.push("--allow-run=git");
  const kinds = ["cpus", "osRelease", "hostname"] as const;
  const known = (await Promise.all(kinds.map(async (kind) => await granted({ name: "sys", kind }) ? [kind] : [])))
    .flat();
  if (known.length > 0) flags.push(`--allow-sys=${known.join(",")}`);
  return flags;
}
