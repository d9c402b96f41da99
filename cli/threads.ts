/**
 * Threads of the library of matrix products, as the flags ask for them.
 *
 * @module
 */
import { UsageError } from "./exit.ts";
import type { TrainingOptions } from "./training.ts";

/** Flags that say where products are computed. */
type ComputeFlags = Pick<TrainingOptions, "threads" | "blas" | "backend">;

/** Whether the flags leave room for a library: not with our own kernels, nor on a backend named that has none. */
export function usesLibrary({ blas, backend }: ComputeFlags): boolean {
  return blas !== "none" && backend !== "webgpu" && backend !== "cpu";
}

/** Refuses `--threads` where it would do nothing, or harm; `cores` are those of who computes. */
export function checkThreads(
  options: ComputeFlags,
  { cores, who, hint = "" }: { readonly cores: number; readonly who: string; readonly hint?: string } = {
    cores: navigator.hardwareConcurrency,
    who: "this machine",
  },
): void {
  const { threads, blas, backend } = options;
  if (threads === undefined) return;
  if (!usesLibrary(options)) {
    const flag = blas === "none" ? "--blas none" : `--backend ${backend}`;
    throw new UsageError(`Cannot use --threads with ${flag}: no library multiplies there; leave --threads out`);
  }
  if (threads > cores) {
    const found = `${cores} ${cores === 1 ? "core" : "cores"}`;
    throw new UsageError(`Cannot use --threads ${threads}: ${who} has ${found}, at most ${cores} is wanted${hint}`);
  }
}

/** Threads of each of several processes, so that all of them together have one a processor. */
export function threadsOf({ jobs }: Pick<TrainingOptions, "jobs">): number {
  return Math.max(1, Math.floor(navigator.hardwareConcurrency / jobs!));
}

/** Flags that hand threads on to a process: those named, or a share that a checkpoint of other threads comes before. */
export function threadFlags(options: ComputeFlags, share: number): string[] {
  if (!usesLibrary(options)) return [];
  return [options.threads === undefined ? `--share=${share}` : `--threads=${options.threads}`];
}
