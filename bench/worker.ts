/**
 * A side in a process of its own: it makes itself ready, then does some steps for each line of its input.
 *
 * It tells `{"ready": name}` or `{"error": why}`; for each line `n` it does n steps and tells
 * `{"ms": […], "peakMiB": …, "parts": {…}}`; it ends when its input does.
 *
 * @module
 */

/** Answer to one request. */
export interface Answer {
  /** Milliseconds of each step. */
  readonly ms: readonly number[];
  /** Most memory that the process ever held. */
  readonly peakMiB?: number;
  /** Parts of a step, in milliseconds. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** A worker that is ready. */
export interface Worker {
  /** What it calls itself. */
  readonly name: string;
  /** Lets it do some steps. */
  steps(count: number): Promise<Answer>;
  /** Ends it. */
  close(): Promise<void>;
}

/**
 * Starts a worker and waits until it is ready.
 *
 * @throws {Error} with what it told if it cannot be.
 */
export async function startWorker(command: string, args: readonly string[]): Promise<Worker> {
  const child = new Deno.Command(command, { args: [...args], stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const errors = new Response(child.stderr).text();
  const lines = linesOf(child.stdout), writer = child.stdin.getWriter();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`Cannot go on, it ended: ${lastLine(await errors)}`);
      if (!value.startsWith("{")) continue;
      const told = JSON.parse(value);
      if (told.error) throw new Error(told.error);
      return told;
    }
  };
  const close = async () => {
    await writer.close().catch(() => {});
    await lines.return(undefined);
    await child.status;
    await errors;
  };
  try {
    const { ready } = await answer();
    return {
      name: ready,
      async steps(count) {
        await writer.write(new TextEncoder().encode(`${count}\n`));
        return await answer();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as never) as ReadableStream<string>) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  return undefined;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** The other end: does what a line asks, in this process. */
export async function serve(name: string, steps: (count: number) => Promise<Answer>): Promise<void> {
  console.log(JSON.stringify({ ready: name }));
  for await (const line of linesOf(Deno.stdin.readable)) {
    try {
      console.log(JSON.stringify({ ...await steps(Number(line)), peakMiB: await peakMiB() }));
    } catch (error) {
      console.log(JSON.stringify({ error: (error as Error).message }));
    }
  }
}

/** Most memory that this process ever held, where the system tells. */
async function peakMiB(): Promise<number | undefined> {
  const text = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const found = /VmHWM:\s*(\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found) / 1024;
}
