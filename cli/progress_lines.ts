/**
 * Progress as plain lines: at every tenth of a run, or every ten seconds.
 *
 * @module
 */
import type { SweepEvent } from "../experiments/jobs.ts";
import type { RecordedWeights, RunRecord } from "../experiments/record.ts";
import type { PlannedRun } from "../experiments/resolved.ts";
import type { RunEvent } from "../experiments/run.ts";
import { formatDuration } from "./format.ts";
import type { Io } from "./io.ts";
import { type Summary, tellSummary } from "./outcomes.ts";
import type { Reporter } from "./progress.ts";

/** Seconds between two lines of a run. */
const INTERVAL = 10;

/** Shows runs as plain lines on standard error. */
export function lineReporter(io: Io, runs: number, clock: () => number): Reporter {
  const shown = new Map<string, { time: number; tenth: number }>();
  const evaluated = new Set<string>();
  let ended = 0;
  const print = (text: string) => io.err(text + "\n");
  const show = ({ planned, event }: SweepEvent) => {
    const { id, row, seed } = planned;
    const who = `${row}, seed ${seed}`;
    if (event.type === "start") {
      const { backend, resumedAt, steps } = event;
      const resumed = resumedAt > 0 ? `, from step ${resumedAt}` : "";
      print(
        `${who}: run ${id} on ${backend.name}${
          backend.adapter
            ? ` (${backend.adapter})`
            : backend.name === "wasm"
            ? ` (${backend.blas ?? "own kernels"})`
            : ""
        }, ${steps} steps${resumed}`,
      );
      if (event.weights) print(`${who}: ${startedFrom(planned, event.weights)}`);
      shown.set(id, { time: clock(), tenth: Math.floor(10 * resumedAt / steps) });
    } else if (event.type === "step") {
      const last = shown.get(id), time = clock(), tenth = Math.floor(10 * event.step / event.steps);
      if (last && tenth === last.tenth && time - last.time < INTERVAL) return;
      shown.set(id, { time, tenth });
      const left = event.imagesPerSecond > 0 ? `, ${Math.round(event.imagesPerSecond)} images/s` : "";
      print(`${who}: step ${event.step} of ${event.steps}, loss ${figure(event.loss)}${left}`);
    } else if (event.type === "evaluate") {
      if (event.done === event.total && evaluated.size < evaluated.add(`${id} ${event.name}`).size) {
        print(`${who}: evaluated "${event.name}", ${event.total} images`);
      }
    } else if (event.type === "end") {
      ended++;
      print(`${who}: ${summary(event.record)} (${ended} of ${runs})`);
    } else if (event.type === "measure") print(`${who}: ${tellMeasure(event)}`);
    else if (event.type === "rung" || event.type === "decision") print(`${who}: ${tellRung(event)}`);
    else if (event.type === "refused") print(`${who}: ${event.error}`);
    else if (event.type === "sink") print(`${who}: ${event.name}: ${event.text}`);
    else {
      const alone = event.type === "paused" && runs === 1;
      print(`${who}: ${tellPause(event)}${alone ? "; the same command goes on once they are there" : ""}`);
    }
  };
  return { show, note: print, end: (summary: Summary) => runs > 1 && print(tellSummary(summary)), close() {} };
}

/** What a run took from the weights that it started from, and what it left, by name. */
export function startedFrom({ run }: PlannedRun, { tensors, unused }: RecordedWeights): string {
  const names = unused.length > 6
    ? `${unused.slice(0, 5).join(", ")} and ${unused.length - 5} others`
    : unused.join(", ");
  const left = unused.length > 0 ? `; the backbone has no use for ${unused.length}: ${names}` : "";
  return `starts from ${run.weights}, ${tensors} tensors${left}`;
}

/** Figures from the middle of training: the first of each evaluation. */
export function tellMeasure({ step, metrics }: Extract<RunEvent, { type: "measure" }>): string {
  const first = [...new Map(metrics.toReversed().map((metric) => [metric.evaluation, metric])).values()].reverse();
  const figures = first.map(({ evaluation, name, value }) => `${evaluation}.${name} ${figure(value)}`);
  return `step ${step}, ${figures.join(", ")}`;
}

/** A figure, or a decision, at a rung. */
export function tellRung(event: Extract<RunEvent, { type: "rung" | "decision" }>): string {
  if (event.type === "rung") return `step ${event.step}, ${event.metric} ${figure(event.value)}`;
  return `rank ${event.rank} of ${event.of} at step ${event.step}, ${event.goesOn ? "goes on" : "stops"}`;
}

/** Why a run left off with a checkpoint. */
export function tellPause({ type, step }: Extract<RunEvent, { type: "interrupted" | "paused" }>): string {
  return type === "interrupted"
    ? `stopped at step ${step}, checkpoint written`
    : `waits at step ${step} for the other runs, checkpoint written`;
}

/** How a run ended, in a few words. */
export function summary(record: RunRecord): string {
  if (record.status === "stopped") return record.error!;
  if (record.status !== "completed") return `${record.status}: ${record.error}`;
  const first = record.metrics[0];
  const metric = first && first.value !== null ? `, ${first.evaluation}.${first.name} ${figure(first.value)}` : "";
  return `done in ${formatDuration(record.cost?.seconds ?? 0)}${metric}`;
}

/** A number in four significant digits; `null` is what JSON makes of a number that is not finite. */
export function figure(value: number | null): string {
  return value === null || !Number.isFinite(value) ? "not finite" : String(Number(value.toPrecision(4)));
}
