/**
 * What every command is handed.
 *
 * @module
 */
import type { Command } from "commander";
import type { Io } from "./io.ts";

/** The world of one invocation. */
export interface Context {
  readonly io: Io;
  /** Ends the process at once, for a second signal. */
  readonly exit: (code: number) => void;
  /** Exit status; commands set it, 0 unless they do. */
  code: number;
}

/** Adds a command to the program. */
export type Register = (program: Command, context: Context) => void;
