/**
 * A line of progress now and then, for commands that go through a set.
 *
 * @module
 */
import type { Io } from "../io.ts";

/** Milliseconds between two lines. */
const EVERY = 2000;

/** Tells how far a command is; nothing where it ends soon, or nobody looks. */
export function progressOf({ err, terminal }: Io, what: string): (done: number, total: number) => void {
  let since = performance.now();
  return (done, total) => {
    if (!terminal || performance.now() - since < EVERY) return;
    since = performance.now();
    err(`${what} ${done} of ${total}\n`);
  };
}
