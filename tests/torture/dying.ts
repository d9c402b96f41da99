/**
 * Loaded before the program (`--preload`): the process dies, as by SIGKILL, at an operation on files below `DYING_ROOT`.
 * `DYING_AT` says which, `DYING_LOSE=1` takes what was not synced; without `DYING_AT` the operations are told on standard
 * error at the end.
 *
 * @module
 */
import { failingDisk } from "../experiments/failing_disk.ts";

const at = Number(Deno.env.get("DYING_AT") ?? Infinity);
const disk = failingDisk({
  root: Deno.env.get("DYING_ROOT")!,
  at,
  lose: Deno.env.get("DYING_LOSE") === "1",
  dead: () => Deno.kill(Deno.pid, "SIGKILL"),
});
const { exit } = Deno;
Deno.exit = (code) => {
  if (at === Infinity) console.error(JSON.stringify(disk.operations));
  disk[Symbol.dispose]();
  return exit(code);
};
