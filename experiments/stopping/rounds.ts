/**
 * Trains the runs of a sweep rung by rung: all of them to a rung, then those that go on to the next.
 *
 * @module
 */
import type { SweepEvent } from "../jobs.ts";
import type { PlannedRun } from "../resolved.ts";
import { readRungs } from "../store/rungs.ts";
import type { Store } from "../store.ts";
import { setFailuresAside } from "./again.ts";
import type { Stopping } from "./rung.ts";

/** What {@link inRounds} works with. */
export interface RoundOptions {
  /** The plan's rule; without one, there is a single round. */
  readonly stopping: Stopping | undefined;
  readonly store: Store;
  readonly experiment: string;
  /** Trains some runs; each tells its end, that it was interrupted, or that it waits for others at a rung. */
  readonly train: (runs: readonly PlannedRun[]) => AsyncIterable<SweepEvent>;
  readonly stop?: AbortSignal;
}

/**
 * Trains runs in rounds. It ends when every run has ended, or no run can go on, because another process trains those
 * that the others wait for.
 */
export async function* inRounds(runs: readonly PlannedRun[], options: RoundOptions): AsyncGenerator<SweepEvent> {
  const { train, stop, stopping } = options;
  if (stopping?.section.rule === "halving") await setFailuresAside(runs.map(({ id }) => id), options);
  let left = [...runs];
  while (left.length > 0 && !stop?.aborted) {
    const ready = await readyRuns(left, options), ended = new Set<string>();
    let moved = false;
    for await (const shown of train(ready)) {
      const { planned: { id }, event: { type } } = shown;
      if (type === "end" || type === "refused") ended.add(id);
      if (type === "end" || type === "paused") moved = true;
      yield shown;
    }
    // A process that waits at every rung has its rounds from who started it.
    if (!moved || stopping?.pauses) return;
    left = left.filter(({ id }) => !ended.has(id));
  }
}

/** The runs that need not wait: those that have not come to the first open rung. */
async function readyRuns(
  runs: readonly PlannedRun[],
  { stopping, store, experiment }: RoundOptions,
): Promise<readonly PlannedRun[]> {
  if (stopping?.section.rule !== "halving") return runs;
  const { rungs, metric } = stopping.section, open = rungs[(await stopping.decided()).length];
  if (open === undefined) return runs;
  const ready: PlannedRun[] = [];
  for (const run of runs) {
    const lines = await readRungs((await store.folder(experiment, run.id)).path);
    const waits = lines.some((line) =>
      line.metric === metric && line.step >= open && rungs.includes(line.step) && !line.past
    );
    if (!waits) ready.push(run);
  }
  return ready;
}
