/**
 * What this machine gives to sinks: files of the run's folder, the network, and time.
 *
 * @module
 */
import type { SinkFiles, SinkMeans } from "../sinks/sink.ts";

/** What a sink works with. */
export function sinkMeans(files: SinkFiles, tell: (text: string) => void): SinkMeans {
  return {
    files,
    fetch: (url, init) => fetch(url, init),
    wait: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    tell,
  };
}
