/**
 * Exit codes, and which one an error means.
 *
 * @module
 */
import { CommanderError } from "commander";
import { MissingDataError } from "../datasets/files.ts";
import { LaunchBusyError } from "../experiments/launch/folder.ts";
import { ManifestError } from "../experiments/manifest/error.ts";
import { JobRefusedError } from "../experiments/jobs.ts";
import { RunBusyError } from "../experiments/store.ts";
import { isRefusedWrite } from "../experiments/store/refused_write.ts";

/** What the process's status says. */
export const EXIT = Object.freeze({
  done: 0,
  /** `verify`: other bits, within the declared tolerance. */
  tolerance: 10,
  /** `verify`: statistically consistent with the published seeds. */
  consistent: 11,
  /** `verify`: nothing can be said. */
  inconclusive: 12,
  /** `verify`: a figure is no longer what was published. */
  drifted: 13,
  /** Bad manifest or arguments: the same command will fail again. */
  usage: 2,
  /** Data is missing, or not that of the plan. */
  data: 3,
  /** An audit or `verify` found what is damaged or was changed. */
  damaged: 65,
  /** A run failed, or a defect. */
  failed: 70,
  /** Stopped with the work saved: the same command goes on. */
  interrupted: 75,
});

/** An argument that makes no sense; the message says what is wanted. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A run could not be gone on with after it had begun; the same command may succeed another time. */
export class RunError extends Error {
  override readonly name = "RunError";
}

/** Data is there, but it is not what a plan was made with. */
export class DriftedDataError extends Error {
  override readonly name = "DriftedDataError";
}

const PERMISSION_HELP = `
A task may write below results/ alone (dataset, export, figure, report and publish: below the current folder; schema:
below schema/). To write elsewhere, run the command without its task:
  deno run --allow-read --allow-write=DIR --allow-run=deno,git --allow-sys=cpus,osRelease,hostname --allow-ffi \\
    --allow-env=XDG_RUNTIME_DIR --ignore-env=LOG_TOKENS,LOG_STREAM cli.ts COMMAND …
Without --allow-ffi no OpenBLAS is loaded, and runs take their products from slower kernels, with other last bits.`;

/** What to print for an error, and the status to exit with. */
export interface Failure {
  readonly code: number;
  /** Text for standard error, without a final line break; empty where it has been printed already. */
  readonly message: string;
}

/** Tells a user's mistake from a defect: our own messages begin with "Cannot", and a person can act on them. */
export function explain(error: unknown): Failure {
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.done : EXIT.usage, message: "" };
  if (error instanceof ManifestError) {
    const count = error.problems.length === 1 ? "1 problem" : `${error.problems.length} problems`;
    return { code: EXIT.usage, message: `${error.message}\n${count}; nothing was run` };
  }
  if (error instanceof MissingDataError || error instanceof DriftedDataError) {
    return { code: EXIT.data, message: error.message };
  }
  if (error instanceof RunBusyError || error instanceof LaunchBusyError) {
    return { code: EXIT.interrupted, message: error.message };
  }
  if (error instanceof JobRefusedError) return { code: error.status, message: error.message };
  if (isRefusedWrite(error)) {
    return {
      code: EXIT.failed,
      message: `Cannot write: ${error.message}; what was written before is whole, and the same command goes on once ` +
        "the disk takes more",
    };
  }
  if (error instanceof RunError) return { code: EXIT.failed, message: error.message };
  if (error instanceof UsageError) return { code: EXIT.usage, message: error.message };
  if (error instanceof Deno.errors.NotCapable) {
    return { code: EXIT.usage, message: `Cannot go on without a permission: ${error.message}${PERMISSION_HELP}` };
  }
  if (error instanceof Error && /^Cannot /.test(error.message)) return { code: EXIT.usage, message: error.message };
  // What the operating system refuses (a full disk, a read-only folder) is told as it says it.
  const name = error instanceof Error ? error.constructor.name : "";
  if (name in Deno.errors) return { code: EXIT.failed, message: `Cannot go on: ${(error as Error).message}` };
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const place = error instanceof Error
    ? error.stack?.split("\n").find((line) => /^\s+at /.test(line))?.trim()
    : undefined;
  return {
    code: EXIT.failed,
    message: `This is a defect in marginlab, please report it: ${text}${place ? `\n  ${place}` : ""}`,
  };
}
