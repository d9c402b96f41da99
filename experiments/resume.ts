/**
 * What a run that has a checkpoint can go on with, because a run does not change what decides its bits on its way.
 *
 * @module
 */
import type { ResumeRefusedError } from "../training/mod.ts";
import type { RecordedBackend } from "./record.ts";

const OWN_KERNELS = "wasm (own kernels)";

/** Everything that decides the last bits, in words: a run that is resumed goes on with the same. */
export function describeBackend({ name, adapter, blas, flags }: RecordedBackend): string {
  if (name === "wasm") return blas === null ? OWN_KERNELS : `wasm (${blas})`;
  return name === "webgpu" ? `webgpu (${adapter}, tile ${flags.tile})` : name;
}

/** How matrix products were computed where a checkpoint was made, as {@link describeBackend} tells it. */
export interface MadeWith {
  /** Whether our own kernels multiplied. */
  readonly own: boolean;
  /** The library, without its threads. */
  readonly library?: string;
  /** Its threads. */
  readonly threads?: number;
}

/** Reads the words of {@link describeBackend}. */
export function madeWith(backend: string): MadeWith {
  const [, library, threads] = /^wasm \((.*?)(?:, (\d+) threads)?\)$/.exec(backend) ?? [];
  if (backend === OWN_KERNELS || library === undefined) return { own: backend === OWN_KERNELS };
  return { own: false, library, ...threads === undefined ? {} : { threads: Number(threads) } };
}

/** Why a run does not go on from its checkpoint, and what to do. */
export function tellRefusal(
  { message, made, backend }: ResumeRefusedError,
  { path }: { readonly path: string },
): string {
  const at = path.lastIndexOf("/"), over = `start over: deno task rm ${path.slice(0, at)} ${path.slice(at + 1)}`;
  return `${message}; ${made === undefined ? "" : `${advise(madeWith(made), madeWith(backend!))}, or `}${over}`;
}

function advise(made: MadeWith, now: MadeWith): string {
  if (made.own) return "give --blas none";
  if (made.library === undefined) return "go on where that one is";
  if (made.library === now.library) {
    return made.threads === undefined ? "leave --threads out" : `give --threads ${made.threads}`;
  }
  return `go on where ${made.library} is, without --blas none`;
}
