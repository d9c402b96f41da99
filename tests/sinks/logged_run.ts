/**
 * Runs with sinks, for tests: a sweep of one small run, in a folder of its own.
 *
 * @module
 */
import { diskFiles } from "../../experiments/disk.ts";
import type { PlannedRun, Section } from "../../experiments/resolved.ts";
import type { RunEvent } from "../../experiments/run.ts";
import { openStore, type RunFolder } from "../../experiments/store.ts";
import { runHere } from "../../experiments/sweep.ts";
import type { Registries } from "../../registry/builtins.ts";
import { environment, registries, smallRun } from "../experiments/run_helpers.ts";

/** What {@link trainLogged} gives. */
export interface LoggedResult {
  readonly events: RunEvent[];
  readonly folder: RunFolder;
}

/** Trains a run of six steps, logged at every second one; measures it only where no tables are given. */
export async function trainLogged(
  root: string,
  log: readonly Section[],
  { stopAt, tables }: { readonly stopAt?: number; readonly tables?: Registries } = {},
): Promise<LoggedResult> {
  const store = openStore(root),
    run = smallRun({ steps: 6, ...tables ? { evaluate: [] } : {} }),
    stop = new AbortController(),
    events: RunEvent[] = [];
  const planned: PlannedRun = { id: "0123456789ab", row: "../Arc/Face", seed: 0, run, identity: { run }, missing: [] };
  const output = { logEvery: 2, checkpointEvery: 0, weights: true, ...log.length > 0 ? { log } : {} };
  const options = { experiment: "test", plugins: [], files: diskFiles(root), output, store, environment };
  for await (const event of runHere(planned, { ...options, registries: tables ?? registries, stop: stop.signal })) {
    events.push(event);
    if (event.type === "step" && event.step === stopAt) stop.abort();
  }
  return { events, folder: await store.folder("test", planned.id) };
}

/** Does something in a temporary folder. */
export async function inTemporary(act: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await act(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
