/**
 * Times a run and watches its memory.
 *
 * @module
 */
import type { RecordedCost } from "./record.ts";

/** Wall time of a run and of its training loop, interruptions left out, and the peak of resident memory. */
export class Stopwatch {
  readonly #begin = performance.now();
  #earlier = 0;
  #trainingBegin = this.#begin;
  #from = 0;
  #trained = 0;
  #imagesPerSecond: number | null = null;
  #peak = 0;

  /** Starts the training time: `from` steps and `earlier` seconds were done before an interruption. */
  startTraining(from: number, earlier: number): void {
    this.#trainingBegin = performance.now();
    this.#earlier = this.#trained = earlier;
    this.#from = from;
  }

  /** Leaves out of the training time what is done until the function that it gives is called. */
  leaveOut(): () => void {
    const begin = performance.now();
    return () => void (this.#trainingBegin += performance.now() - begin);
  }

  /** Takes the time after a step; throughput is that of this process. */
  lap(step: number, batchSize: number): { seconds: number; imagesPerSecond: number } {
    const here = (performance.now() - this.#trainingBegin) / 1000;
    this.#trained = this.#earlier + here;
    this.#imagesPerSecond = (step - this.#from) * batchSize / here;
    this.#peak = Math.max(this.#peak, residentMemory());
    return { seconds: this.#trained, imagesPerSecond: this.#imagesPerSecond };
  }

  /** What the run cost so far. */
  total(): Omit<RecordedCost, "steps"> {
    return {
      seconds: this.#earlier + (performance.now() - this.#begin) / 1000,
      trainSeconds: this.#trained,
      imagesPerSecond: this.#imagesPerSecond,
      peakMemoryBytes: Math.max(this.#peak, residentMemory()) || null,
    };
  }
}

/** Bytes of resident memory, 0 in a browser, which does not tell. */
function residentMemory(): number {
  return "Deno" in globalThis ? Deno.memoryUsage().rss : 0;
}
