/**
 * Runs in parallel processes: a pool of children, each of which trains one run and tells its events as JSON lines.
 *
 * @module
 */
import { Channel } from "./channel.ts";
import { BLAS_PATHS } from "./openblas.ts";
import type { PlannedRun } from "./resolved.ts";
import type { RunEvent } from "./run.ts";

/** An event, and the run that it belongs to. */
export interface SweepEvent {
  /** The run. */
  readonly planned: PlannedRun;
  /** What it told. */
  readonly event: RunEvent;
}

/** Settings of {@link runJobs}. */
export interface JobOptions {
  /** How many children may run at a time. */
  readonly jobs: number;
  /** Program that a child is: {@link denoCommand}. */
  readonly command: string;
  /** Arguments that make a child train `planned`, tell its events on standard output, and stop when its input ends. */
  readonly args: (planned: PlannedRun) => readonly string[];
  /** Called for a child that ended without a record or a checkpoint; gives the event that stands for it. */
  readonly died: (planned: PlannedRun, error: string, startedAt: string) => Promise<RunEvent>;
  /** Aborted to stop: children write a checkpoint and end, and no further ones start. */
  readonly stop?: AbortSignal;
}

/** Exit code of a child that stopped with its work saved. */
const INTERRUPTED = 75;
/** Lines of a child's standard error that a failed run keeps. */
const TAIL = 20;

/**
 * Trains runs in parallel processes; a child that dies is a failed run, and the others go on.
 *
 * @throws {RangeError} if processes may not be started.
 */
export async function* runJobs(runs: readonly PlannedRun[], options: JobOptions): AsyncGenerator<SweepEvent> {
  const channel = new Channel<SweepEvent>();
  const waiting = [...runs];
  const worker = async () => {
    while (!options.stop?.aborted) {
      const planned = waiting.shift();
      if (!planned) return;
      await runChild(planned, options, (event) => channel.push({ planned, event }));
    }
  };
  const workers = Array.from({ length: Math.min(options.jobs, runs.length) }, worker);
  Promise.all(workers).then(() => channel.close(), (error) => channel.fail(error));
  yield* channel;
}

/** Trains one run in a child process; every event but the first few lines of a crash reaches `tell`. */
async function runChild(planned: PlannedRun, options: JobOptions, tell: (event: RunEvent) => void): Promise<void> {
  const startedAt = new Date().toISOString();
  const child = spawn(options, planned);
  // The end of its input tells a child to stop, also when this process is killed; a signal could not.
  const stop = () => void child.stdin.close().catch(() => {});
  if (options.stop?.aborted) stop();
  options.stop?.addEventListener("abort", stop, { once: true });
  const tail: string[] = [];
  const keep = (line: string) => {
    if (line.trim()) tail.push(line.slice(0, 500));
    if (tail.length > TAIL) tail.shift();
  };
  let last: RunEvent | undefined;
  try {
    const [status] = await Promise.all([
      child.status,
      eachLine(child.stderr, keep),
      eachLine(child.stdout, (line) => {
        const event = parseEvent(line);
        if (event) tell(last = event);
        else keep(line);
      }),
    ]);
    if (last?.type === "end" || last?.type === "interrupted" || last?.type === "paused") return;
    if (status.code === INTERRUPTED || options.stop?.aborted) return;
    const how = status.signal ? `was ended by ${status.signal}` : `ended with status ${status.code}`;
    const said = tail.length > 0 ? `; its last lines: ${tail.join(" | ")}` : "";
    tell(await options.died(planned, `Cannot finish the run: its process ${how}${said}`, startedAt));
  } finally {
    options.stop?.removeEventListener("abort", stop);
    stop();
  }
}

function spawn({ command, args }: JobOptions, planned: PlannedRun): Deno.ChildProcess {
  try {
    const settings: Deno.CommandOptions = { stdin: "piped", stdout: "piped", stderr: "piped" };
    return new Deno.Command(command, { ...settings, args: [...args(planned)] }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.NotFound)) throw error;
    throw new RangeError(
      `Cannot run several jobs: "${command}" may not be started (${error.message}); allow it with --allow-run=deno, or leave --jobs out`,
    );
  }
}

async function eachLine(stream: ReadableStream<Uint8Array>, tell: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    lines.forEach(tell);
  }
  if (rest) tell(rest);
}

/** An event of a child, or `undefined` for a line that is something else. */
function parseEvent(line: string): RunEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(line);
    return typeof value?.type === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

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
}

/**
 * Permission flags of a child: what it needs, and never more than this process has. Where this process may read
 * everything, so may the child, because a plugin may import any file.
 */
export async function childFlags({ read, write }: ChildNeeds): Promise<string[]> {
  const granted = async (descriptor: Deno.PermissionDescriptor) =>
    (await Deno.permissions.query(descriptor)).state === "granted";
  // The YAML package asks for two variables; a child that may not read them is told that they are not set.
  const flags = ["--quiet", "--no-prompt", "--ignore-env=LOG_TOKENS,LOG_STREAM"];
  flags.push(await granted({ name: "read" }) ? "--allow-read" : `--allow-read=${read.join(",")}`);
  flags.push(`--allow-write=${write.join(",")}`);
  if (await granted({ name: "env" })) flags.push("--allow-env");
  else if (await granted({ name: "env", variable: "XDG_RUNTIME_DIR" })) flags.push("--allow-env=XDG_RUNTIME_DIR");
  const libraries: string[] = [];
  for (const path of BLAS_PATHS) if (await granted({ name: "ffi", path })) libraries.push(path);
  if (libraries.length > 0) flags.push(`--allow-ffi=${libraries.join(",")}`);
  if (await granted({ name: "run", command: "git" })) flags.push("--allow-run=git");
  const kinds = ["cpus", "osRelease"] as const;
  const known = (await Promise.all(kinds.map(async (kind) => await granted({ name: "sys", kind }) ? [kind] : [])))
    .flat();
  if (known.length > 0) flags.push(`--allow-sys=${known.join(",")}`);
  return flags;
}
