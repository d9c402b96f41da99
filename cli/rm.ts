/**
 * `rm EXPERIMENT ID…`: deletes runs with all that they hold.
 *
 * @module
 */
import type { Command } from "commander";
import { trackedBelow } from "../experiments/git.ts";
import { runFolders } from "../experiments/run_traces.ts";
import type { RunFolder } from "../experiments/store.ts";
import { isThere } from "../experiments/store/atomic.ts";
import { isRunId } from "../experiments/store/paths.ts";
import { claimInTurn } from "../experiments/store/patience.ts";
import { seal } from "../experiments/verify/seal.ts";
import { SUMS } from "../experiments/verify/sums.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { examples, outOption } from "./options.ts";
import { findExperiment } from "./table.ts";

/** Adds the command. */
export function registerRm(program: Command, context: Context): void {
  program.command("rm").argument("<experiment>", "folder of an experiment, or its name in the results folder")
    .argument("<ids...>", "ids of runs, or how they begin")
    .description(
      "Delete runs: records, histories, scores, weights and checkpoints. All of them, or none where one is unknown, at " +
        "work, or committed to git. `ablate` would train them again.",
    )
    .addOption(outOption())
    .addHelpText("after", examples("rm results/omniglot-table2 0ea6a2 12e962f2f931"))
    .action(async (where: string, ids: readonly string[], { out }: { readonly out: string }) => {
      const { store, experiment } = await findExperiment(where, out), folder = `${store.root}/${experiment}`;
      const chosen = choose(ids, [...await runFolders(store, experiment)], folder);
      const tracked = await trackedBelow(folder, chosen);
      if (!tracked) {
        throw new UsageError(
          `Cannot delete runs in ${folder}: it is in a git checkout, and git does not tell which runs are committed; ` +
            `"git -C ${folder} ls-files" says why, wanted it to list them`,
        );
      }
      if (tracked.length > 0) {
        throw new UsageError(
          `Cannot delete runs that are committed to git: ${tracked.join(", ")}; "git rm -r" takes them out of it`,
        );
      }
      const held: RunFolder[] = [];
      try {
        const runs = await Promise.all(chosen.map((id) => store.folder(experiment, id)));
        const note = (text: string) => context.io.err(`${text}\n`);
        for await (const run of claimInTurn(runs, { note })) held.push(run);
        for (const run of held) {
          await run.remove();
          context.io.out(`${run.path}\n`);
        }
      } finally {
        for (const run of held) await run.release();
      }
      // What lists the records must not name those that are gone.
      if (await isThere(`${folder}/${SUMS}`)) await seal(folder, await store.summaries(experiment));
    });
}

/** The runs that ids, or their beginnings, name. */
function choose(ids: readonly string[], names: readonly string[], folder: string): string[] {
  const runs = names.filter(isRunId), chosen = new Set<string>();
  for (const id of ids) {
    const found = runs.filter((run) => id !== "" && run.startsWith(id)).sort();
    if (found.length === 0) {
      throw new UsageError(`Cannot find run "${id}" in ${folder}: wanted an id as "plan" prints it, or how one begins`);
    }
    if (found.length > 1) {
      throw new UsageError(`Cannot tell which run "${id}" is in ${folder}: wanted one of ${found.join(", ")}`);
    }
    chosen.add(found[0]!);
  }
  return [...chosen];
}
