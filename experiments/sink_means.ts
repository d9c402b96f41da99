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
    wait,
    tell,
  };
}

function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end);
  });
}
