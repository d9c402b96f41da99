/**
 * The status of a sweep for people.
 *
 * @module
 */
import { ranges } from "../experiments/launch/ranges.ts";
import { alignColumns, formatDuration } from "./format.ts";
import type { RunState, RunStatus, SweepStatus } from "./status_runs.ts";

/** States in which nobody has to do anything for a run. */
const SETTLED: ReadonlySet<RunState> = new Set<RunState>(["done", "diverged", "running", "queued"]);

/** Counts at the top, a line for each run that is not done, and how to go on. */
export function printStatus({ experiment, plan, counts, runs, unasked, problems }: SweepStatus, root: string): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0).map(([state, count]) => `${count} ${state}`);
  const lines = [`${experiment}, plan ${plan.slice(0, 12)}: ${runs.length} runs, ${told.join(", ")}`];
  const open = runs.filter(({ state }) => state !== "done");
  if (open.length > 0) lines.push("", ...alignColumns(open.map(cells)));
  if (problems.length > 0) lines.push("", ...problems);
  if (unasked) {
    lines.push("", "Slurm cannot be asked from here: what it has queued or running is shown by records alone");
  }
  const left = open.filter(({ state }) => !SETTLED.has(state)).map(({ index }) => index);
  if (left.length > 0) {
    lines.push(
      "",
      `To do: ${
        ranges(left)
      }. "ablate MANIFEST" trains them here, with --launcher slurm on a cluster; nothing runs twice`,
    );
  } else if (open.every(({ state }) => state === "diverged")) {
    lines.push("", `The table: deno task table ${root}/${experiment}`);
  }
  return lines.join("\n") + "\n";
}

function cells(run: RunStatus): (string | number)[] {
  const { index, state, row, seed, step, steps, age } = run;
  return [
    index,
    state,
    `${row}, seed ${seed}`,
    step === undefined ? "" : `step ${step} of ${steps}, ${formatDuration(age ?? 0)} ago`,
    because(run),
  ];
}

function because({ state, from, holder, job, slurm, reason, exit, error, log, problem }: RunStatus): string {
  const ended = state === "failed" || state === "interrupted" || state === "waiting";
  const parts = [
    ...holder === undefined ? [] : [holder],
    ...job === undefined ? [] : [`job ${job}${slurm === undefined ? "" : `: ${slurm}${reason ? ` (${reason})` : ""}`}`],
    ...ended && exit !== undefined ? [`ended with status ${exit}`] : [],
    ...error === undefined ? [] : [error.split("\n")[0]!.slice(0, 160)],
    ...problem === undefined ? [] : [problem],
    ...from === undefined ? [] : [from === 0 ? "begins again, without a checkpoint" : `goes on from step ${from}`],
    ...ended && log !== undefined ? [`log ${log}`] : [],
  ];
  return parts.join("; ");
}
