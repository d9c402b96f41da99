/**
 * The threads that decode images, as the flags ask for them.
 *
 * @module
 */
import { canDecodeInWorkers, createDecodePool, type DecodePool, usualWorkers } from "../experiments/decode_pool.ts";
import type { Io } from "./io.ts";

/** The flag of commands that decode images. */
export interface DecodingOptions {
  /** Threads; by default what suits the machine. */
  readonly workers?: number;
}

/**
 * The pool that the flags ask for; its caller closes it. Where threads cannot be started, because the program was loaded
 * from elsewhere, images are decoded in this thread, and a person who asked for threads is told.
 */
export function decodePool({ workers }: DecodingOptions, io: Pick<Io, "err">): DecodePool {
  if (canDecodeInWorkers()) return createDecodePool({ workers: workers ?? usualWorkers() });
  if (workers) io.err("Decoding in this thread: threads need a copy of the program on this machine\n");
  return createDecodePool({ workers: 0 });
}

/** Threads of each of several processes, so that all of them together have as many as the cores. */
export function workersOfJobs({ workers, jobs }: DecodingOptions & { readonly jobs?: number }): number {
  return workers ?? usualWorkers(Math.floor(navigator.hardwareConcurrency / (jobs ?? 1)));
}
