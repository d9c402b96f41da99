/**
 * What `plan` says of a rule that stops runs early.
 *
 * @module
 */
import type { PlannedRun, StoppingSection } from "../experiments/resolved.ts";
import { leastSaved } from "../experiments/stopping/halving.ts";
import { formatCount } from "./format.ts";

/** What a rule saves at least, for `plan`. */
export function tellStopping(
  { stopping, runs }: { readonly stopping: StoppingSection | undefined; readonly runs: readonly PlannedRun[] },
): string[] {
  if (!stopping) return [];
  if (stopping.rule === "early") {
    const { metric, every, patience } = stopping, first = every * (patience + 1);
    return [`stopping: a run ends early on ${metric} at step ${first} at the soonest; nothing is saved for certain`];
  }
  const rows = [...new Set(runs.map(({ row }) => row))].map((label) => {
    const own = runs.filter(({ row }) => row === label);
    return { label, steps: own[0]!.run.train.steps, runs: own.length };
  });
  const all = rows.reduce((sum, row) => sum + row.steps * row.runs, 0), saved = leastSaved(rows, stopping);
  const rungs = `${stopping.rungs.length === 1 ? "step" : "steps"} ${stopping.rungs.join(", ")}`;
  return [
    `stopping: halving on ${stopping.metric} at ${rungs} saves at least ${formatCount(saved)} of ${formatCount(all)} ` +
    `steps (${Math.round(100 * saved / all)} %)`,
  ];
}
