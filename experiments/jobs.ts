/**
 * Runs in parallel processes: a pool of children, each of which trains one run and tells its events as JSON lines.
 *
 * @module
 */
import { Channel } from "./channel.ts";
import { LogTail, tellCrash } from "./crash.ts";
import type { PlannedRun } from "./resolved.ts";
import type { RunEvent } from "./run.ts";

/** An event, and the run that it belongs to. */
export interface SweepEvent {
  /** The run. */
  readonly planned: PlannedRun;
  /** What it told. */
  readonly event: RunEvent;
}

/** A process that ended without a record or a checkpoint. */
export interface Crash {
  /** How it ended, the likely cause and its last lines. */
  readonly error: string;
  /** The end of what it printed. */
  readonly log: string;
  /** When it was started: ISO 8601, UTC. */
  readonly startedAt: string;
}

/** Settings of {@link runJobs}. */
export interface JobOptions {
  /** How many children may run at a time. */
  readonly jobs: number;
  /** Program that a child is: `denoCommand`. */
  readonly command: string;
  /** Arguments that make a child train `planned`, tell its events on standard output, and stop when its input ends. */
  readonly args: (planned: PlannedRun) => readonly string[];
  /** Called for a child that crashed; gives the event that stands for it. */
  readonly died: (planned: PlannedRun, crash: Crash) => Promise<RunEvent>;
  /** Aborted to stop: children write a checkpoint and end, and no further ones start. */
  readonly stop?: AbortSignal;
  /** Aborted to end the children at once. */
  readonly kill?: AbortSignal;
  /** Called with what concerns a run but is no event of it: another process trains it, or it does not stop. */
  readonly note?: (planned: PlannedRun, text: string) => void;
  /** Seconds after which a child that has been told to stop, and goes on, is told of; by default 10. */
  readonly patience?: number;
}

/** A child would not begin, for a reason that the next one would have too; nothing was recorded. */
export class JobRefusedError extends Error {
  /** Name of the class. */
  override readonly name = "JobRefusedError";
  /** Exit status of the child: 2 or 3. */
  readonly status: number;

  /** @param message What the child said. */
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Events of which one is the last that a run tells. */
const LAST: readonly RunEvent["type"][] = ["end", "interrupted", "paused", "refused"];
/** Exit status of a child that stopped with its work saved, or found that another process trains its run. */
const INTERRUPTED = 75;
/** Exit statuses of a child that a signal stopped before it had work to save. */
const SIGNALLED: readonly number[] = [130, 143];
/** Exit statuses of a child that refused its arguments, or its data. */
const REFUSED: readonly number[] = [2, 3];
/** Characters of a line of standard error that are taken at a time, and of an event. */
const LONGEST = { text: 2 ** 16, event: 2 ** 28 } as const;

/**
 * Trains runs in parallel processes; a child that dies is a failed run, and the others go on.
 *
 * @throws {RangeError} if processes may not be started.
 * @throws {JobRefusedError} if a child refuses its arguments or its data; the others have been stopped then.
 */
export async function* runJobs(runs: readonly PlannedRun[], options: JobOptions): AsyncGenerator<SweepEvent> {
  const channel = new Channel<SweepEvent>();
  const waiting = [...runs];
  const broken = new AbortController();
  const stop = AbortSignal.any([broken.signal, ...options.stop ? [options.stop] : []]);
  const worker = async () => {
    while (!stop.aborted) {
      const planned = waiting.shift();
      if (!planned) return;
      try {
        await runChild(planned, { ...options, stop }, (event) => channel.push({ planned, event }));
      } catch (error) {
        // The other children write their checkpoints first.
        broken.abort();
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(options.jobs, runs.length) }, worker);
  Promise.allSettled(workers).then((ends) => {
    const failed = ends.find((end) => end.status === "rejected");
    if (failed) channel.fail(failed.reason);
    else channel.close();
  });
  yield* channel;
}

/** Trains one run in a child process; every event but the first few lines of a crash reaches `tell`. */
async function runChild(
  planned: PlannedRun,
  options: JobOptions & { readonly stop: AbortSignal },
  tell: (event: RunEvent) => void,
): Promise<void> {
  const startedAt = new Date().toISOString(), { note, died } = options;
  const child = spawn(options, planned), log = new LogTail();
  const release = holdChild(
    child,
    options,
    (seconds) =>
      note?.(
        planned,
        `has been told to stop, and goes on after ${seconds} s: it stops after its step; Ctrl-C ends it at once`,
      ),
  );
  let last: RunEvent | undefined;
  try {
    const [status] = await Promise.all([
      child.status,
      eachLine(child.stderr, LONGEST.text, (line) => log.push(line)),
      eachLine(child.stdout, LONGEST.event, (line) => {
        const event = parseEvent(line);
        if (event) tell(last = event);
        else log.push(line);
      }),
    ]);
    if (last && LAST.includes(last.type)) return;
    if (status.code === INTERRUPTED) return log.empty ? undefined : note?.(planned, log.last());
    if (SIGNALLED.includes(status.code) || status.signal === "SIGINT" || status.signal === "SIGTERM") {
      return note?.(planned, "was interrupted before it had work to save");
    }
    if (options.kill?.aborted) return;
    if (REFUSED.includes(status.code)) throw new JobRefusedError(log.text().trim(), status.code);
    tell(await died(planned, { error: tellCrash(status, log), log: log.text(), startedAt }));
  } finally {
    release();
  }
}

/** Hands requests to stop on to a child; gives the function that lets go of it. */
function holdChild(
  child: Deno.ChildProcess,
  { stop, kill, patience = 10 }: Pick<JobOptions, "kill" | "patience"> & { readonly stop: AbortSignal },
  late: (seconds: number) => void,
): () => void {
  let timer: ReturnType<typeof setInterval> | undefined, waited = 0;
  // The end of its input tells a child to stop, also when this process is killed; a signal could not.
  const end = () => void child.stdin.close().catch(() => {});
  const ask = () => {
    end();
    timer = setInterval(() => late(waited += patience), 1000 * patience);
  };
  const endAtOnce = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  if (stop.aborted) ask();
  stop.addEventListener("abort", ask, { once: true });
  kill?.addEventListener("abort", endAtOnce, { once: true });
  return () => {
    clearInterval(timer);
    stop.removeEventListener("abort", ask);
    kill?.removeEventListener("abort", endAtOnce);
    end();
  };
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

/** Tells every line of a stream; one that is longer than `longest` is told in pieces. */
async function eachLine(
  stream: ReadableStream<Uint8Array>,
  longest: number,
  tell: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    lines.forEach(tell);
    if (rest.length <= longest) continue;
    tell(rest);
    rest = "";
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
