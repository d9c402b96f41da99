/**
 * `collate --plan P`: the table of a frozen plan, once its runs are done, wherever they ran.
 *
 * @module
 */
import type { Command } from "commander";
import { ranges } from "../experiments/launch/ranges.ts";
import { completePairs } from "../experiments/complete_pairs.ts";
import { ruleOf } from "../experiments/stopping/rule.ts";
import { isFinal } from "../experiments/sweep.ts";
import { seal } from "../experiments/verify/seal.ts";
import { checkpointSteps, outcomesFor, tableFormats, tableOfExperiment } from "../reports/mod.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { loadPlan, type PlannedSweep } from "./load.ts";
import { leavesOut } from "../experiments/own_plan.ts";
import { dataOption, examples, outOption } from "./options.ts";
import { withPlugins } from "./planned_plugins.ts";
import { standingCode } from "./standing.ts";
import { type TrustOptions, withTrustOptions } from "./trust.ts";

/** Flags of `collate`. */
interface CollateOptions extends TrustOptions {
  readonly plan: string;
  readonly data: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Adds the command. */
export function registerCollate(program: Command, context: Context): void {
  const command = program.command("collate")
    .description(
      "Print the table of a frozen plan from the records in the results folder, and the positions of the runs that are " +
        "still missing. Exit status 0 when all completed or were stopped by the plan's rule, 70 when one failed, 75 when some are missing.",
    )
    .requiredOption("--plan <file>", "the frozen plan, as `plan --out` writes it")
    .addOption(dataOption())
    .addOption(outOption())
    .option("--json", "print the table as JSON, with the positions of missing runs");
  withTrustOptions(command)
    .addHelpText("after", examples("collate --plan plan.json"))
    .action(async (options: CollateOptions) => {
      const planned = await loadPlan(options.plan, options);
      const { frozen, store, experiment, runs, files } = planned;
      // As in "table", plugins are not needed where their pairs are stored.
      const { registries } = options.allowPlugins ? await withPluginsIfPlanned(planned, options, context) : planned;
      if (await leavesOut(frozen, store)) {
        await store.writeVariant(frozen);
        context.io.err(`${store.root}/${experiment}/plan.json keeps another plan, whose records this one leaves out\n`);
      } else await store.writePlan(frozen);
      const found = await store.summaries(experiment), { records, problems } = found;
      const rule = ruleOf(frozen);
      const byId = new Map(records.map((record) => [record.id, record]));
      const missing = runs.flatMap(({ id }, index) => isFinal(byId.get(id), rule) ? [] : [index]);
      const sources = { store, experiment, registries, files };
      for (const problem of await completePairs(records, sources)) context.io.err(`${problem}\n`);
      await seal(`${store.root}/${experiment}`, found);
      const outcomes = await outcomesFor(frozen, records, sources);
      const checkpoints = await checkpointSteps(frozen, records, { store, experiment });
      const table = tableOfExperiment({ plan: frozen, records, checkpoints, problems, outcomes });
      if (options.json) context.io.out(JSON.stringify({ experiment, missing, table }) + "\n");
      else {
        context.io.out(tableFormats.md(table));
        if (missing.length > 0) {
          context.io.out(`\n${missing.length} of ${runs.length} runs to do: --array=${ranges(missing)}\n`);
        }
      }
      context.code = standingCode(runs, records, rule);
    });
}

/** The plan with its plugins, or without them and with a note where a module has changed since: the table stands. */
async function withPluginsIfPlanned(
  planned: PlannedSweep,
  options: CollateOptions,
  { io }: Context,
): Promise<PlannedSweep> {
  try {
    return await withPlugins(planned, options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`${error.message}\nThe table is made without them\n`);
    return planned;
  }
}
