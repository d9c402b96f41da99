/**
 * Finds what others there are to be measured beside.
 *
 * @module
 */
import type { Side } from "./alternate.ts";
import { type Answer, startWorker, type Worker } from "./worker.ts";

/** A worker, or why there is none. */
export type Started = { readonly worker: Worker } | { readonly name: string; readonly error: string };

const PYTHONS = ["python3", "/usr/bin/python3"];

/** Starts a worker; one that cannot start is told by name. */
export async function start(name: string, command: string, args: readonly string[]): Promise<Started> {
  try {
    return { worker: await startWorker(command, args) };
  } catch (error) {
    return { name, error: (error as Error).message.split("\n")[0]! };
  }
}

/** Starts PyTorch with the first Python that has it. */
export async function startTorch(
  args: readonly string[],
  { folder = new URL("peers/", import.meta.url), script = "torch_steps.py" }: {
    readonly folder?: URL;
    readonly script?: string;
  } = {},
): Promise<Started> {
  let last: Started = { name: "PyTorch", error: "no Python was found" };
  for (const python of PYTHONS) {
    last = await start("PyTorch", python, [decodeURIComponent(new URL(script, folder).pathname), ...args]);
    if ("worker" in last) break;
  }
  return last;
}

/** A worker as a side, a few steps at a time where they are short, so that handing over costs nothing. */
export function sideOfStarted(started: Started, tell: (answer: Answer) => void = () => {}): Side {
  if ("error" in started) return { name: started.name, measure: () => Promise.reject(new Error(started.error)) };
  const { worker } = started;
  let before = Infinity;
  return {
    name: worker.name,
    async measure() {
      const answer = await worker.steps(before < 300 ? 4 : before < 1000 ? 2 : 1);
      before = answer.ms[0]!;
      tell(answer);
      return answer.ms;
    },
  };
}

/** Arguments that let this Deno run a script of this folder, or its bundle where this is one. */
export function denoScript(script: string, args: readonly string[]): [command: string, args: string[]] {
  const path = (name: string) => decodeURIComponent(new URL(name, import.meta.url).pathname);
  const suffix = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  return [Deno.execPath(), [
    "run",
    "-A",
    "--quiet",
    `--config=${path("../deno.json")}`,
    path(script + suffix),
    ...args,
  ]];
}
