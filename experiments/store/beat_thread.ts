/**
 * Starts the thread that keeps a lease alive.
 *
 * @module
 */
import { beat } from "./beat.ts";
// A type of the worker's own module: the npm package has only modules that others import.
import type { BeatRequest } from "./beat_worker.ts";

/**
 * Counts on in a thread of its own, because a step of training can keep this one for minutes; in this one where its module
 * is no file of this machine, or the thread ends.
 */
export function startBeat(request: BeatRequest): () => void {
  // The worker's module stands beside this one, or its bundle beside the bundle.
  const suffix = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const module = new URL(`beat_worker${suffix}`, import.meta.url);
  if (module.protocol !== "file:") return beat(request);
  const thread = new Worker(module, { type: "module", name: "beat" });
  let stop = () => thread.terminate();
  thread.onerror = (event) => {
    event.preventDefault();
    stop();
    stop = beat(request);
  };
  thread.postMessage(request);
  return () => {
    // An error that is on its way starts nothing any more.
    thread.onerror = (event) => event.preventDefault();
    stop();
  };
}
