/**
 * `gc`: tells what a results folder holds that nothing needs any more, and deletes it with `--yes`.
 *
 * @module
 */
import type { Command } from "commander";
import { type Leftover, leftover, plannedRuns, runLeftovers, temporaryFiles } from "../experiments/leftovers.ts";
import { runFolders } from "../experiments/run_traces.ts";
import { openStore, type RunFolder, type Store } from "../experiments/store.ts";
import { isThere } from "../experiments/store/atomic.ts";
import { holderOf } from "../experiments/store/holder.ts";
import { isRunId } from "../experiments/store/paths.ts";
import { claimInTurn, type Patience } from "../experiments/store/patience.ts";
import { folders } from "../experiments/store/records.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { alignColumns, formatBytes } from "./format.ts";
import { examples, outOption } from "./options.ts";
import { findExperiment } from "./table.ts";
import { MARKER } from "./verify_scratch.ts";

/** Flags of `gc`. */
interface GcOptions {
  readonly out: string;
  readonly yes?: boolean;
  readonly interrupted?: boolean;
}

/** What was found. */
interface Found {
  readonly leftovers: Leftover[];
  /** Interrupted runs that are left, because nobody asked for them. */
  readonly kept: Leftover[];
  /** Runs at work, which were not looked into. */
  readonly busy: string[];
  /** How it goes about runs that another process has. */
  readonly patience: Patience;
}

/** Adds the command. */
export function registerGc(program: Command, context: Context): void {
  program.command("gc").argument("[experiment]", "folder of an experiment, or its name; by default all results")
    .description(
      "Tell what the results folder holds that nothing needs any more: files of writers that died, checkpoints of " +
        "completed and diverged runs, runs without a record that no stored plan names, and what `verify` trained again. " +
        "A record is never deleted, nor a run that is at work, nor without --interrupted one that could go on.",
    )
    .addOption(outOption())
    .option("--yes", "delete it")
    .option("--interrupted", "take also interrupted runs that no stored plan names, as after a narrower ablate")
    .addHelpText("after", examples("gc", "gc results/omniglot-table2 --yes"))
    .action(async (where: string | undefined, { out, yes = false, interrupted = false }: GcOptions) => {
      const busy: string[] = [], asked = { yes, interrupted };
      const note = (text: string) => context.io.err(`${text}\n`);
      const patience: Patience = { note, busy: ({ path }) => void busy.push(path) };
      const found: Found = { leftovers: [], kept: [], busy, patience };
      if (where !== undefined) {
        const { store, experiment } = await findExperiment(where, out);
        await collect(store, experiment, asked, found);
      } else {
        const store = openStore(out);
        for (const experiment of await store.experiments()) await collect(store, experiment, asked, found);
        await collectScratch(`${out}/.verify`, yes, found);
      }
      tell(found, yes, context);
    });
}

/** Finds the leftovers of an experiment, and deletes them where that is asked for. */
async function collect(
  store: Store,
  experiment: string,
  { yes, interrupted }: { readonly yes: boolean; readonly interrupted: boolean },
  found: Found,
): Promise<void> {
  const planned = await plannedRuns(store, experiment), todo = new Map<RunFolder, string>();
  for (const id of [...await runFolders(store, experiment)].filter(isRunId).sort()) {
    const folder = await store.folder(experiment, id);
    if (await holderOf(folder.path) !== undefined) {
      found.busy.push(folder.path);
      continue;
    }
    const seen = await runLeftovers(store, { experiment, id }, planned);
    if (!interrupted && seen.some((one) => one.interrupted)) {
      found.kept.push(...seen);
      continue;
    }
    if (seen.length === 0) continue;
    if (!yes) {
      found.leftovers.push(...seen);
      continue;
    }
    todo.set(folder, id);
  }
  for await (const folder of claimInTurn([...todo.keys()], found.patience)) {
    try {
      // What is there once nobody else is at it.
      for (const one of await runLeftovers(store, { experiment, id: todo.get(folder)! }, planned)) {
        if (interrupted || !one.interrupted) await remove(one, found);
      }
    } finally {
      await folder.release();
    }
  }
  for (const one of await temporaryFiles(`${store.root}/${experiment}`, Date.now())) {
    if (yes) await remove(one, found);
    else found.leftovers.push(one);
  }
}

/** Finds what `verify` has trained again, unless it is at work. */
async function collectScratch(root: string, yes: boolean, found: Found): Promise<void> {
  const store = openStore(root);
  for (const experiment of await folders(root)) {
    const path = `${root}/${experiment}`;
    if (!await isThere(`${path}/${MARKER}`)) continue;
    const ids = [...await runFolders(store, experiment)].filter(isRunId);
    const runs = await Promise.all(ids.map((id) => store.folder(experiment, id)));
    const one = await leftover(path, "runs that verify trained again");
    if (yes) await removeScratch(runs, one, found);
    else found.leftovers.push(one);
  }
}

/** Deletes what `verify` has trained again, unless another process has one of its runs. */
async function removeScratch(runs: readonly RunFolder[], one: Leftover, found: Found): Promise<void> {
  const held: RunFolder[] = [];
  try {
    for await (const run of claimInTurn(runs, found.patience)) held.push(run);
    if (held.length === runs.length) await remove(one, found);
  } finally {
    for (const run of held) await run.release();
  }
}

async function remove(one: Leftover, found: Found): Promise<void> {
  await Deno.remove(one.path, { recursive: true });
  found.leftovers.push(one);
}

function tell({ leftovers, kept, busy }: Found, yes: boolean, context: Context): void {
  const { io } = context;
  io.out(
    alignColumns(leftovers.map(({ path, why, bytes }) => [path, formatBytes(bytes), why])).map((line) => `${line}\n`)
      .join(""),
  );
  for (const path of busy) io.err(`${path} is at work, and was left alone\n`);
  for (const { path, why, bytes } of kept) {
    io.err(`${path} (${formatBytes(bytes)}) is ${why}; it was left alone: --interrupted takes it\n`);
  }
  const size = formatBytes(leftovers.reduce((sum, { bytes }) => sum + bytes, 0));
  const count = leftovers.length === 1 ? "1 leftover" : `${leftovers.length} leftovers`;
  io.err(
    leftovers.length === 0
      ? "Nothing to delete\n"
      : yes
      ? `${count} deleted, ${size}\n`
      : `${count}, ${size}; nothing was deleted: --yes does it\n`,
  );
  context.code = EXIT.done;
}
