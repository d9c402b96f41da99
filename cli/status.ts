/**
 * `status EXPERIMENT`: where each run of a plan stands, on this machine and in Slurm's queue.
 *
 * @module
 */
import type { Command } from "commander";
import { thawRuns } from "../experiments/freeze.ts";
import { readPlan } from "../experiments/store.ts";
import { openStore } from "../experiments/store.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { runProcess } from "./launch/processes.ts";
import { examples, outOption } from "./options.ts";
import { readStatus } from "./status_runs.ts";
import { printStatus } from "./status_text.ts";
import { findExperiment } from "./table.ts";

/** Flags of `status`. */
interface StatusOptions {
  readonly plan?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Adds the command. */
export function registerStatus(program: Command, context: Context): void {
  program.command("status").argument("[experiment]", "folder of an experiment, or its name in the results folder")
    .description(
      "Tell which runs of a plan are done, diverged, failed, running, queued, interrupted or waiting. Where runs were handed to " +
        "Slurm, its queue is asked, and its accounting where there is one.",
    )
    .option("--plan <file>", "a frozen plan in place of the experiment's own")
    .addOption(outOption())
    .option("--json", "print one JSON object")
    .addHelpText("after", examples("status results/omniglot-table2", "status --plan plan.json --json"))
    .action(async (where: string | undefined, { plan: path, out, json }: StatusOptions) => {
      if ((where === undefined) === (path === undefined)) {
        throw new UsageError("Cannot tell the status: name an experiment, or a plan with --plan");
      }
      const { plan, ...place } = where === undefined ? await named(path!, out) : await own(where, out);
      thawRuns(plan);
      const status = await readStatus(place, plan, { processes: runProcess, now: Date.now() });
      context.io.out(json ? JSON.stringify(status) + "\n" : printStatus(status, place.store.root));
    });
}

async function named(path: string, out: string) {
  const plan = await readPlan(path);
  if (!plan) throw new UsageError(`Cannot find plan ${path}: make it with "plan MANIFEST --out ${path}"`);
  return { store: openStore(out), experiment: plan.experiment, plan };
}

async function own(where: string, out: string) {
  const { store, experiment } = await findExperiment(where, out), plan = await store.readPlan(experiment);
  if (!plan) {
    throw new UsageError(`Cannot tell the status of "${where}": it has no plan.json; name a plan with --plan`);
  }
  return { store, experiment, plan };
}
