/**
 * `ablate M`: trains what is missing of the whole plan, then prints the table.
 *
 * @module
 */
import type { Command } from "commander";
import { ruleOf } from "../experiments/stopping/rule.ts";
import { missingRuns } from "../experiments/sweep.ts";
import { seal } from "../experiments/verify/seal.ts";
import { checkpointSteps, outcomesFor, tableFormats, tableOfExperiment } from "../reports/mod.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import type { FrozenPlan } from "../experiments/store.ts";
import { launch } from "./launch/launch.ts";
import { checkLaunchOptions, type LaunchOptions, withLaunchOptions } from "./launch/options.ts";
import { type LoadedSweep, loadSweep } from "./load.ts";
import { leavesOut } from "../experiments/own_plan.ts";
import {
  examples,
  noLogOption,
  positiveNumber,
  withComputeOptions,
  withManifestOptions,
  withPrintOptions,
} from "./options.ts";
import { standingCode } from "./standing.ts";
import { type TrainingOptions, trainRuns } from "./training.ts";

/** Adds the command. */
export function registerAblate(program: Command, context: Context): void {
  const command = program.command("ablate").argument("<manifest>", "manifest file")
    .description(
      "Train what is missing of a manifest's plan, then print the table. Completed and diverged runs are final, and " +
        "those that the manifest's own rule stopped early; failed ones are tried again, interrupted ones go on from their checkpoint.",
    );
  withLaunchOptions(withTrainingOptions(command))
    .addHelpText(
      "after",
      examples(
        "ablate my.yaml",
        "ablate experiments/manifests/omniglot-table2.yaml --data data --jobs 2",
        "ablate my.yaml --launcher slurm --time 4:00:00 --gres gpu:1 --array-limit 16",
      ),
    )
    .action(async (path: string, options: LaunchOptions) => {
      checkLaunchOptions(options);
      const sweep = await loadSweep(path, options, context.io);
      if (options.launcher === undefined) return await ablate(sweep, options, context);
      const keep = async (plan: FrozenPlan) =>
        await isOwnPlan(plan, sweep, options, context) && await sweep.store.writePlan(plan);
      await launch(sweep, options, context, { keep });
    });
}

/** Adds the flags of commands that train a sweep. */
export function withTrainingOptions(command: Command): Command {
  return withPrintOptions(
    withComputeOptions(withManifestOptions(command)),
    "print events as JSON lines, then a summary, and the table as the last one",
  )
    .addOption(noLogOption())
    .option("--jobs <n>", "train this many runs at a time, each in a process of its own", positiveNumber)
    .option("--fail-fast", "stop at the first run that fails; the others write checkpoints and go on another time");
}

/** Trains what is missing of a sweep and prints its table. */
export async function ablate(sweep: LoadedSweep, options: TrainingOptions, context: Context): Promise<void> {
  const { store, experiment, runs, frozen: plan } = sweep;
  const rule = ruleOf(sweep), missing = await missingRuns(runs, store, { experiment, rule });
  const kept = plan !== undefined && await isOwnPlan(plan, sweep, options, context);
  const planPath = plan && (kept ? await store.writePlan(plan) : await store.writeVariant(plan));
  if (!options.quiet && !options.json) {
    context.io.err(
      `${experiment}: ${runs.length} runs, ${runs.length - missing.length} done, ${missing.length} to do\n`,
    );
  }
  const code = await trainRuns(missing, { ...sweep, ...planPath ? { planPath } : {} }, options, context);
  const found = await store.summaries(experiment), { records, problems } = found;
  if (records.length > 0) await seal(`${store.root}/${experiment}`, found);
  const outcomes = await outcomesFor(plan, records, { store, experiment, registries: sweep.registries });
  const checkpoints = await checkpointSteps(plan, records, { store, experiment });
  const table = tableOfExperiment({ plan, records, checkpoints, problems, outcomes });
  if (options.json) context.io.out(JSON.stringify({ type: "table", experiment, table }) + "\n");
  else {
    context.io.out(tableFormats.md(table));
    const folder = `${store.root}/${experiment}`;
    const again = kept
      ? `deno task table ${folder}\nWith figures, as a page: deno task report ${folder}`
      : "the same command, which trains nothing twice";
    context.io.out(`\nRecords: ${folder}/\nThis table again: ${again}\n`);
  }
  const standing = standingCode(runs, records, rule);
  context.code = code === EXIT.failed || standing === EXIT.done ? code : standing;
}

/**
 * Whether the plan is to be the one that `table` shows: it is, unless flags made it a variant that leaves out runs which
 * the stored plan has records of. A trial with `--set train.steps=10` does not take the table of the real sweep away.
 */
async function isOwnPlan(
  plan: FrozenPlan,
  { store, experiment }: LoadedSweep,
  { set, backend, seed, quiet, json }: TrainingOptions,
  { io }: Context,
): Promise<boolean> {
  const variant = set.length > 0 || backend !== undefined || seed !== undefined;
  if (!variant || !await leavesOut(plan, store)) return true;
  if (!quiet && !json) io.err(`${store.root}/${experiment}/plan.json keeps the plan without these flags\n`);
  return false;
}
