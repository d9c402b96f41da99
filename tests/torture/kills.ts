/**
 * Kills sweeps at random moments and starts them again until they are done.
 *
 * @module
 */
import { randomOf } from "../experiments/failing_disk.ts";
import { childrenOf, send, startSweep, type Sweep, type Torture } from "./sweep.ts";

/** How a sweep is killed. */
export interface Kills {
  /** Folder of the results. */
  readonly out: string;
  /** Kills in all, of a sweep that is long enough for them. */
  readonly kills: number;
  /** Sweeps on the same folder at a time. */
  readonly sweeps: number;
  /** Seed of the moments. */
  readonly seed: number;
  /** Milliseconds within which a kill comes after a start. */
  readonly within: number;
  /** Told of every kill. */
  readonly tell?: (text: string) => void;
}

/** What was done to a sweep. */
export interface Killed {
  /** Kills by what was killed. */
  readonly by: Readonly<Record<Victim, number>>;
  /** Sweeps that were started. */
  readonly starts: number;
  /** Sweeps by the status they ended with, or the signal. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Seconds that a child outlived its parent, at most. */
  readonly outlived: number;
}

type Victim = "group" | "parent" | "child";

/** Seconds within which a sweep must end that nothing kills. */
const PATIENCE = 600;

/** Trains a sweep to its end, killed on the way. */
export async function trainKilled(torture: Torture, options: Kills): Promise<Killed> {
  const { out, kills, sweeps, seed, within, tell = () => {} } = options, random = randomOf(seed);
  const by = { group: 0, parent: 0, child: 0 }, statuses: Record<string, number> = {};
  let starts = 0, outlived = 0;
  const start = () => (starts++, startSweep(torture, out));
  let running: Sweep[] = Array.from({ length: sweeps }, start), done = 0;
  while (true) {
    const moment = done < kills ? random() * within : 1000 * PATIENCE;
    const ended = await Promise.race([wait(moment), ...running.map((one) => one.status.then(() => one))]);
    if (ended) {
      const { code, signal } = await ended.status, how = signal ?? String(code);
      statuses[how] = (statuses[how] ?? 0) + 1;
      running = running.filter((one) => one !== ended);
      if (code === 0 && running.length === 0) break;
      if (code === 0) continue;
      if (done >= kills) tell(`ended with ${how}: ${ended.printed().trim().split("\n").at(-1)}`);
      running.push(start());
      continue;
    }
    if (done >= kills) throw new Error(`Cannot finish the sweep: nothing ended within ${PATIENCE} s`);
    const sweep = running[Math.floor(random() * running.length)]!;
    const victim: Victim = random() < 0.34 ? "group" : random() < 0.5 ? "parent" : "child";
    // Children come a moment after their parent.
    let children = childrenOf(sweep.pid);
    for (let tries = 0; victim === "child" && children.length === 0 && tries < 100; tries++) {
      await wait(20);
      children = childrenOf(sweep.pid);
    }
    if (victim === "child" && children.length === 0) continue;
    const killed = victim === "group"
      ? send(-sweep.pid, "SIGKILL")
      : send(victim === "parent" ? sweep.pid : children[Math.floor(random() * children.length)]!, "SIGKILL");
    if (!killed) continue;
    by[victim]++, done++;
    tell(`kill ${done} of ${kills}: ${victim}, after ${Math.round(moment)} ms`);
    if (victim === "parent") outlived = Math.max(outlived, await secondsUntilGone(children));
  }
  return { by, starts, statuses, outlived };
}

function wait(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(() => resolve(undefined), milliseconds)));
}

/** Seconds until none of some processes is there. */
async function secondsUntilGone(pids: readonly number[]): Promise<number> {
  const from = performance.now();
  while (pids.some(isAlive)) {
    if (performance.now() - from > 1000 * PATIENCE) throw new Error("Cannot wait: children outlived their parent");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return (performance.now() - from) / 1000;
}

/** Whether a process is there; one that has ended and was not waited for is not. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
