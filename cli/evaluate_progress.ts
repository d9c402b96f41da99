/**
 * Shows an evaluation at work as plain lines.
 *
 * @module
 */
import type { EvaluationEvent } from "../experiments/evaluation_run.ts";
import { describeBackend } from "./evaluate_table.ts";
import type { Io } from "./io.ts";

/** Seconds between two lines of an evaluation. */
const INTERVAL = 10;

/** Shows the events of an evaluation on standard error. */
export function evaluationReporter(io: Io, clock: () => number): (event: EvaluationEvent) => void {
  let last = clock(), from = { name: "", done: 0, time: last };
  const print = (text: string) => io.err(text + "\n");
  return (event) => {
    if (event.type === "start") {
      if (!event.network) return print("stored embeddings");
      const { backbone, weights: { tensors, unused } } = event.network;
      const left = unused.length > 0 ? `; it has no use for ${unused.length}, such as ${unused[0]}` : "";
      print(`${backbone["name"]} on ${describeBackend(event.backend!)}, ${tensors} tensors${left}`);
    } else if (event.type === "saved") print(`${event.name}: embeddings written to ${event.path}`);
    else if (event.type === "progress") {
      const { name, done, total, metrics } = event, time = clock();
      if (from.name !== name) from = { name, done: 0, time: last = time };
      if (metrics) print(`${name}: measured, ${total} images`);
      else if (time - last >= INTERVAL) {
        last = time;
        print(`${name}: ${done} of ${total} images, ${Math.round((done - from.done) / (time - from.time))} images/s`);
      }
    }
  };
}
