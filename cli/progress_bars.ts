/**
 * Progress as bars on a terminal: one for the sweep and one for each run at work.
 *
 * @module
 */
import progress, { type SingleBar } from "cli-progress";
import type { SweepEvent } from "../experiments/jobs.ts";
import { tellSummary } from "./outcomes.ts";
import { printable } from "./io.ts";
import type { Reporter } from "./progress.ts";
import { figure, startedFrom, summary, tellMeasure, tellPause, tellRung } from "./progress_lines.ts";

/** Shows runs as bars on standard error. */
export function barReporter(runs: number): Reporter {
  const bars = new progress.MultiBar({
    format: "{bar} {value}/{total} {what}",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    autopadding: true,
    fps: 5,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
  const all = bars.create(runs, 0, { what: "runs" });
  const atWork = new Map<string, SingleBar>();
  const note = (text: string) => {
    bars.log(printable(text) + "\n");
    bars.update();
  };
  const finish = (id: string) => {
    const bar = atWork.get(id);
    if (bar) bars.remove(bar);
    atWork.delete(id);
  };
  const show = ({ planned, event }: SweepEvent) => {
    const { id, row, seed } = planned;
    const who = printable(`${row}, seed ${seed}`);
    if (event.type === "start") {
      if (event.weights) note(`${who}: ${startedFrom(planned, event.weights)}`);
      atWork.set(id, bars.create(event.steps, event.resumedAt, { what: `${who} on ${event.backend.name}` }));
    } else if (event.type === "step") {
      const speed = event.imagesPerSecond > 0 ? `, ${Math.round(event.imagesPerSecond)} images/s` : "";
      atWork.get(id)?.update(event.step, { what: `${who}, loss ${figure(event.loss)}${speed}` });
    } else if (event.type === "evaluate") {
      const bar = atWork.get(id);
      bar?.setTotal(event.total);
      bar?.update(event.done, { what: `${who}, evaluating "${event.name}"` });
    } else if (event.type === "rung" || event.type === "decision") {
      note(`${who}: ${tellRung(event)}`);
    } else if (event.type === "measure") {
      note(`${who}: ${tellMeasure(event)}`);
    } else if (event.type === "sink") {
      note(`${who}: ${event.name}: ${event.text}`);
    } else {
      finish(id);
      if (event.type === "end") all.increment();
      note(
        `${who}: ${
          event.type === "end" ? summary(event.record) : event.type === "refused" ? event.error : tellPause(event)
        }`,
      );
    }
  };
  return {
    show,
    note,
    end: (summary) => runs > 1 && note(tellSummary(summary)),
    close() {
      bars.stop();
    },
  };
}
