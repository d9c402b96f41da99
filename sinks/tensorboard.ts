/**
 * Event files for TensorBoard.
 *
 * @module
 */
import { z } from "zod";
import { figuresOf, flatten, numbersOf } from "./names.ts";
import { defineSink, type LoggedRun, type LoggedStep, type SinkPlugin } from "./sink.ts";
import {
  histogram,
  scalar,
  sessionEnd,
  sessionStart,
  summaryEvent,
  timeOf,
  versionEvent,
} from "./tensorboard/event.ts";
import { concat } from "./tensorboard/protobuf.ts";
import { firstRecord, frame } from "./tensorboard/record.ts";

/**
 * Writes one event file a run, in its folder below `tensorboard/`.
 *
 * The file is a function of the run's history and of the time at which the run was first begun: a run that goes on
 * writes the file anew up to its checkpoint, the same bytes, so that no step stands in it twice.
 */
export const tensorboard: SinkPlugin = defineSink({
  name: "tensorboard",
  version: "1.0.0",
  summary: "Event files for TensorBoard, in each run's folder",
  reference: "https://www.tensorflow.org/tensorboard",
  notes: [
    "Look at them with tensorboard --logdir results/NAME; the curves are named by run id, row and seed",
    "Scalars train/…, statistics/… and, at the end, EVALUATION/METRIC; target angles as histograms in degrees; the parameters under HPARAMS",
    "Times on the axis WALL are those of training, without interruptions",
  ],
  params: z.strictObject({
    histograms: z.boolean().default(true).describe("Write the histograms of the target angle"),
    parameters: z.boolean().default(true).describe("Write the parameters of the run, for the tab HPARAMS"),
  }),
  open({ histograms, parameters }, { files }) {
    let file = "", time = 0;
    const at = ({ seconds }: LoggedStep) => time + seconds;
    const record = (step: LoggedStep) =>
      frame(summaryEvent(at(step), step.step, numbersOf(step).map(([tag, value]) => scalar(tag, value))));
    return {
      async begin(run) {
        file = `${folderOf(run)}/events.out.tfevents.${run.id}`;
        const before = run.history.length > 0 ? await files.read(file) : undefined;
        const first = before && firstRecord(before);
        time = (first && timeOf(first)) ?? run.startedAt;
        const start = parameters
          ? [frame(summaryEvent(time, 0, [sessionStart(paramsOf(run), { group: run.row, time })]))]
          : [];
        await files.write(file, concat([frame(versionEvent(time)), ...start, ...run.history.map(record)]));
      },
      step: (step) => files.append(file, record(step)),
      async end(end) {
        const angles = histograms ? end.targetAngles : [];
        const figures = figuresOf(end).map(([tag, value]) => scalar(tag, value));
        const completed = end.status === "completed";
        const last = parameters ? [sessionEnd({ completed, time: end.finishedAt })] : [];
        await files.append(
          file,
          concat([
            ...angles.map(({ window, to, bins }) =>
              frame(summaryEvent(end.finishedAt, to, [histogram(`targetAngle/${window}`, bins)]))
            ),
            ...[figures, last].filter(({ length }) => length > 0).map((values) =>
              frame(summaryEvent(end.finishedAt, end.step, values))
            ),
          ]),
        );
      },
    };
  },
});

/** A folder that TensorBoard shows as the name of the curves. */
function folderOf({ row, seed }: LoggedRun): string {
  const name = row.replace(/[^\p{L}\p{N} ()+=.,_-]/gu, "_").replace(/^\.+/, "_");
  return `${[...name].slice(0, 48).join("")}, seed ${seed}`;
}

function paramsOf({ id, row, seed, manifest }: LoggedRun): [string, string | number | boolean][] {
  const own = flatten(manifest).map(([name, value]): [string, string | number | boolean] => [name, value ?? "null"]);
  return [["run", id], ["row", row], ...own.filter(([name]) => name !== "seed"), ["seed", seed]];
}
