/**
 * What `plan` and `validate` say of a rule that stops runs early.
 *
 * @module
 */
import type { PlannedRun, StoppingSection } from "../experiments/resolved.ts";
import { goOn, leastSaved } from "../experiments/stopping/halving.ts";
import { formatCount } from "./format.ts";

/** The part of a sweep that a rule is judged by. */
interface Stopped {
  readonly stopping: StoppingSection | undefined;
  readonly runs: readonly PlannedRun[];
}

/** What a rule saves at least, for `plan`. */
export function tellStopping({ stopping, runs }: Stopped): string[] {
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

/** Warns of halving that may stop no row at all, since the rows it keeps and those it protects may be all there are. */
export function warnStopping({ stopping, runs }: Stopped): string[] {
  if (stopping?.rule !== "halving") return [];
  const { keep, protect } = stopping, rows = new Set(runs.map(({ row }) => row)).size, best = goOn(rows, keep);
  const least = rows - protect.length - 1;
  if (best <= least) return [];
  const mend = least > 0 ? `keep ${Math.floor(100 * least / rows) / 100} or less, or protect fewer` : "protect none";
  return [
    `halving may stop no row: keep ${keep} lets ${best} of ${rows} rows go on, and protected ones (${
      protect.map((label) => `"${label}"`).join(", ")
    }) may come on top; to stop one for certain, ${mend}`,
  ];
}
